/** The structures of a set by themselves in three dimensions, with or without their images. */
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { volumeInside, type Surface } from '../../../core/surfaces';
import type { Structure } from '../../../domain/structures';
import { MeshView } from '../../parts/mesh-view';
import { colourOf, type Look } from '../../therapy/objects';
import { isSolid, solidsOf } from '../../therapy/solids';
import type { ViewerModel } from '../../viewer-model';

interface Props {
  model: ViewerModel;
  cell: number;
  structures: readonly Structure[];
  /** What is drawn over the images is drawn here; all of it while nothing is. */
  look: Look;
}

export function Space({ model, cell, structures, look }: Props): ReactElement | null {
  const made = useSolids(structures);
  const how = JSON.stringify([look.on, look.hidden, look.colours]);
  const surfaces = useMemo(
    () => structures.filter((s) => made.has(s)).flatMap((s) => solidsOf(s).map((one): Surface => ({ ...one, colour: colourOf(look, s), visible: !look.on || !look.hidden.includes(s.number) }))),
    // The look is another object at each drawing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [structures, made, how],
  );
  const busy = made.size < structures.length;
  if (!busy && !surfaces.length) return null;
  return (
    <div className="rtspace" data-testid="structures-space" data-volumes={volumes(surfaces)} data-busy={busy}>
      <MeshView stage={model.stages.get(cell)} surfaces={surfaces} inPatient label={t('Structures in three dimensions')} />
    </div>
  );
}

/** cm3 inside of the surfaces, by the number of the structure. */
function volumes(surfaces: readonly Surface[]): string {
  const found: Record<string, number> = {};
  for (const { id, made, positions, indices } of surfaces) {
    const number = id.split('.')[0] ?? '';
    if (made === 'triangles' && indices) found[number] = (found[number] ?? 0) + volumeInside(positions, indices) / 1000;
  }
  return JSON.stringify(found);
}

/** Surfaces are made one after the other: the page lives on with large sets. */
function useSolids(structures: readonly Structure[]): ReadonlySet<Structure> {
  const [made, setMade] = useState<ReadonlySet<Structure>>(new Set());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const piece = () => {
      const next = structures.find((s) => !isSolid(s));
      if (next) solidsOf(next);
      setMade(new Set(structures.filter(isSolid)));
      if (next) timer = setTimeout(piece, 0);
    };
    timer = setTimeout(piece, 0);
    return () => clearTimeout(timer);
  }, [structures]);
  return made;
}
