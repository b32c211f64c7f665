/** A translated sentence with React nodes in the place of its values (domain/language.ts). */
import { Fragment, type ReactElement, type ReactNode } from 'react';
import { filled, pieces } from '../../domain/language';

interface Props {
  text: string;
  with: Readonly<Record<string, ReactNode>>;
}

export function Words({ text, with: values }: Props): ReactElement {
  return <>{pieces(text).map((piece, i) => <Fragment key={i}>{typeof piece === 'string' ? piece : put(piece, values[piece.name])}</Fragment>)}</>;
}

/** Forms and plain numbers as `t` writes them, everything else as it is. */
function put(piece: Parameters<typeof filled>[0], value: ReactNode): ReactNode {
  return piece.forms || typeof value === 'number' ? filled(piece, typeof value === 'number' || typeof value === 'string' ? value : undefined) : value;
}
