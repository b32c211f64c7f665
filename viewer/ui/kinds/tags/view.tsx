/** Objects that nothing is drawn of: everything they say, by tag. */
import type { ReactElement } from 'react';
import type { KindProps } from '../kind-view';
import { TagBrowser } from './browser';

export default function TagsView({ model, set, object }: KindProps): ReactElement {
  const at = set.objects.indexOf(object);
  return <TagBrowser model={model} shown={object} next={set.objects[at + 1] ?? set.objects[at - 1]} series={set.seriesInstanceUid} />;
}
