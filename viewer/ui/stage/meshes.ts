/**
 * Surfaces, lines and points in space (core/surfaces: patient coordinates, LPS, mm). How to show some:
 *
 * - Inside the volume of a series, with the same eye and the right depth: `model.meshes.put({ id, frameOfReference, surfaces })`. Every view in
 *   three dimensions (stage/three) whose volume lies in that frame of reference draws them; put again what looks otherwise (the same id and arrays:
 *   nothing is sent to the card anew), `model.meshes.remove(id)` takes them away. They are not cut by the box that cuts the volume.
 * - Alone in a viewport: `<MeshView stage={model.stages.get(cell)} surfaces={...} />` (ui/parts/mesh-view): drag, wheel, fingers, arrows,
 *   Shift and A, P, L, R, H, F, fit and reset as in three dimensions.
 *
 * Opaque surfaces hide each other and the volume behind them. Those that let light through are drawn from the far to the near by the middle of each;
 * in a volume they all count as lying where the nearest of them lies. Both sides of a triangle are lit, by a light beside the eye.
 */
import type { Surface } from '../../core/surfaces';

/** What one object brings. frameOfReference: Frame of Reference UID of its coordinates. */
export interface SurfaceGroup {
  readonly id: string;
  readonly frameOfReference: string;
  readonly surfaces: readonly Surface[];
}

export class MeshBook {
  private readonly groups = new Map<string, SurfaceGroup>();
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  put(group: SurfaceGroup): void {
    this.groups.set(group.id, group);
    this.changed();
  }

  remove(id: string): void {
    if (this.groups.delete(id)) this.changed();
  }

  get(id: string): SurfaceGroup | undefined {
    return this.groups.get(id);
  }

  /** Those that are seen in a frame of reference; none where it has no name. */
  visibleIn(frameOfReference: string): Surface[] {
    if (!frameOfReference) return [];
    const groups = [...this.groups.values()].filter((g) => g.frameOfReference === frameOfReference);
    return groups.flatMap((g) => g.surfaces.filter((s) => s.visible && s.opacity > 0));
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
