/** Structures in three dimensions: made while something is looked at in them, one after the other, and kept. */
import { movedSurface, stackSurfacesOf } from '../../domain/structure-surfaces';
import type { Structure } from '../../domain/structures';
import type { Surface } from '../../core/surfaces';
import type { ViewerModel } from '../viewer-model';
import { joinsOf } from './joins';
import { colourOf, type Look } from './objects';

type Made = readonly Omit<Surface, 'visible'>[];

const made = new WeakMap<Structure, Made>();

/** Of a structure, made once. */
export function solidsOf(structure: Structure): Made {
  let found = made.get(structure);
  if (!found) made.set(structure, (found = stackSurfacesOf(structure)));
  return found;
}

export function isSolid(structure: Structure): boolean {
  return made.has(structure);
}

/** A structure set as groups of model.meshes: one a frame of reference, and one for each that a registration joins to it. */
export class Solids {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shown = '';
  private groups: string[] = [];
  /** Arrays of the card must be the same while they say the same. */
  private readonly joined = new Map<string, Float32Array>();

  constructor(
    private readonly model: ViewerModel,
    private readonly id: string,
    private readonly structures: readonly Structure[],
  ) {}

  /** Show those that are not hidden. */
  update(look: Look): void {
    const how = JSON.stringify([look.hidden, look.colours]);
    if (how === this.shown && this.groups.length) return;
    this.shown = how;
    clearTimeout(this.timer);
    this.piece(look);
  }

  /** The next one that is not made yet, then what there is. */
  private piece(look: Look): void {
    const { hidden } = look;
    const next = this.structures.find((s) => !hidden.includes(s.number) && !isSolid(s));
    if (next) {
      solidsOf(next);
      this.timer = setTimeout(() => this.piece(look), 0);
      return;
    }
    const references = [...new Set(this.structures.map((s) => s.frameOfReference))];
    for (const frameOfReference of references) {
      const own = this.structures.filter((s) => s.frameOfReference === frameOfReference);
      const surfaces = own.flatMap((s) => (made.get(s) ?? []).map((one) => ({ ...one, colour: colourOf(look, s), visible: !hidden.includes(s.number) })));
      this.put(`${this.id}:${frameOfReference}`, frameOfReference, surfaces);
      for (const { frame, back } of joinsOf(this.model).framesJoinedTo(frameOfReference)) {
        this.put(`${this.id}:${frameOfReference}:${frame}`, frame, surfaces.map((s) => movedSurface(s, this.joined, frame, back)));
      }
    }
  }

  private put(id: string, frameOfReference: string, surfaces: readonly Surface[]): void {
    if (!this.groups.includes(id)) this.groups.push(id);
    this.model.meshes.put({ id, frameOfReference, surfaces });
  }

  remove(): void {
    clearTimeout(this.timer);
    for (const id of this.groups) this.model.meshes.remove(id);
    this.groups = [];
  }
}
