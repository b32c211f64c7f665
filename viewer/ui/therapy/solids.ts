/** Structures in three dimensions: made while something is looked at in them, one after the other, and kept. */
import { stackSurfacesOf } from '../../domain/structure-surfaces';
import type { Structure } from '../../domain/structures';
import type { Surface } from '../../core/surfaces';
import type { ViewerModel } from '../viewer-model';

const made = new WeakMap<Structure, readonly Omit<Surface, 'visible'>[]>();

/** A structure set as groups of model.meshes, one a frame of reference. */
export class Solids {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shown = '';
  private groups: string[] = [];

  constructor(
    private readonly model: ViewerModel,
    private readonly id: string,
    private readonly structures: readonly Structure[],
  ) {}

  /** Show those that are not hidden. */
  update(hidden: readonly number[]): void {
    const how = hidden.join();
    if (how === this.shown && this.groups.length) return;
    this.shown = how;
    clearTimeout(this.timer);
    this.piece(hidden);
  }

  /** The next one that is not made yet, then what there is. */
  private piece(hidden: readonly number[]): void {
    const next = this.structures.find((s) => !hidden.includes(s.number) && !made.has(s));
    if (next) {
      made.set(next, stackSurfacesOf(next));
      this.timer = setTimeout(() => this.piece(hidden), 0);
      return;
    }
    const references = [...new Set(this.structures.map((s) => s.frameOfReference))];
    this.groups = references.map((r) => `${this.id}:${r}`);
    references.forEach((frameOfReference, i) => {
      const own = this.structures.filter((s) => s.frameOfReference === frameOfReference);
      const surfaces = own.flatMap((s) => (made.get(s) ?? []).map((one) => ({ ...one, visible: !hidden.includes(s.number) })));
      this.model.meshes.put({ id: this.groups[i] as string, frameOfReference, surfaces });
    });
  }

  remove(): void {
    clearTimeout(this.timer);
    for (const id of this.groups) this.model.meshes.remove(id);
    this.groups = [];
  }
}
