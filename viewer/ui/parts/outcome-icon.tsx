import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { Outcome } from '../../domain/examination';
import { Icon } from './icon';

const ICONS: Record<Outcome | 'running', [typeof IconCircleX, string]> = {
  fine: [IconCircleCheck, 'c-ok'], warning: [IconAlertTriangle, 't1'], failed: [IconCircleX, 'c-failed'], 'not tried': [IconCircleDashed, 't3'], running: [IconCircleDashed, 't2'],
};

/** What became of something, by shape before colour. */
export function OutcomeIcon({ outcome }: { outcome: Outcome | 'running' }): ReactElement {
  const [icon, colour] = ICONS[outcome];
  return <span className={colour} title={outcome}><Icon of={icon} size="m" /></span>;
}
