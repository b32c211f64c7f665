import { IconCloudOff, IconDownload } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { nameParts } from '../../../core/person-name';
import { thousands } from '../../parts/browser';
import { Icon } from '../../parts/icon';
import type { StudyList } from './use-studies';

export function Foot({ list }: { list: StudyList }): ReactElement {
  const first = list.receiving[0];
  return (
    <footer className="foot">
      <span data-testid="total">{countText(list)}</span>
      {first && (
        <span className="c-recv row gap4" role="status">
          <Icon of={IconDownload} size="s" />
          {nameParts(first.patient_name).main}: {thousands(first.number_of_instances)} images so far
          {list.receiving.length > 1 && `, and ${list.receiving.length - 1} more`}
        </span>
      )}
      <span className="grow" />
      {(list.failure || !list.connected) && (
        <span className="c-failed row gap4" role="alert">
          <Icon of={IconCloudOff} size="s" />
          {list.failure ? 'Not connected' : 'Live changes are not connected'}
        </span>
      )}
      <span className="keyhints">
        <kbd>↑</kbd>
        <kbd>↓</kbd> move <kbd>Space</kbd> look <kbd>Enter</kbd> open
      </span>
    </footer>
  );
}

function countText(list: StudyList): string {
  if (!list.done && !list.studies.length) return '';
  const n = list.total ?? list.studies.length;
  const more = list.total === null && list.more ? 'more than ' : '';
  return `${more}${thousands(n)} ${n === 1 ? 'study' : 'studies'}`;
}
