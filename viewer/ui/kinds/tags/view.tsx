/** Objects that nothing is drawn of: what they are, and everything they say, by tag. */
import type { ReactElement } from 'react';
import type { KindProps } from '../kind-view';
import { TagBrowser } from './browser';
import { ObjectHeading } from './heading';

export default function TagsView({ model, set, object }: KindProps): ReactElement {
  const at = set.objects.indexOf(object);
  return (
    <>
      <ObjectHeading object={object} />
      <TagBrowser model={model} shown={object} next={set.objects[at + 1] ?? set.objects[at - 1]} series={set.seriesInstanceUid} />
    </>
  );
}
