/** Where a view of a kind fails at an object, a sentence stands in its place; the rest of the page goes on. */
import { Component, type ReactElement, type ReactNode } from 'react';
import { t } from '../../core/language';

interface State {
  failure: string | undefined;
}

export class KindBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { failure: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { failure: (error instanceof Error ? error.message : String(error)).slice(0, 500) };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    return failure === undefined ? this.props.children : <KindFault title={t('This object cannot be shown.')} detail={`${failure} ${t('The tags can be read.')}`} />;
  }
}

export function KindFault({ title, detail, children }: { title: string; detail: string; children?: ReactNode }): ReactElement {
  return (
    <div className="say" role="alert" data-testid="kind-fault">
      <b>{title}</b>
      <span>{detail}</span>
      {children}
    </div>
  );
}
