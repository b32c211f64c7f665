import { IconCloudOff, IconSearch } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icon';
import { Told } from './told';

/** What happened, what was kept, what to do: in the middle of an empty place. */
export function Say({ title, detail, failed = false, children }: { title: string; detail: string; failed?: boolean; children?: ReactNode }): ReactElement {
  return (
    <div className="say static" data-testid={failed ? 'failed' : 'empty'}>
      <span className={failed ? 'c-failed' : 't3'}>
        <Icon of={failed ? IconCloudOff : IconSearch} size="l" />
      </span>
      <b>{title}</b>
      <Told words={detail} />
      {children && <div className="row acts">{children}</div>}
    </div>
  );
}
