/** A volume that fills while its slices come. Slices that fail stay empty: nothing stands in for them. */
import { modalityOf } from '../../core/image-description';
import { emptyVolume, putSlice, type Volume } from '../../core/volume';
import type { VolumePlan } from '../../domain/volume-stack';
import { failureOf, imageId, isWhole, onChange, painted, register, reserve } from './frames';

/** Slices are put in at once; who draws is told so often at most. */
const TELL_MS = 120;

export class VolumeLoad {
  readonly volume: Volume;
  readonly ids: readonly string[];
  private readonly slots = new Map<string, number>();
  private readonly open = new Set<string>();
  private readonly release: () => void;
  private readonly forgetChanges: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Slots, from 0, whose image cannot be had. */
  readonly failed: number[] = [];
  loaded = 0;

  constructor(
    study: string,
    series: string,
    readonly plan: VolumePlan,
    private readonly changed: () => void,
  ) {
    this.release = reserve(plan.bytes);
    this.volume = emptyVolume(plan.grid, plan.kind);
    this.ids = plan.images.map((image) => {
      const id = imageId(study, series, image);
      register(id, image);
      return id;
    });
    plan.order.forEach((image, slot) => {
      if (image >= 0) this.slots.set(this.ids[image] as string, slot);
    });
    for (const id of this.slots.keys()) this.open.add(id);
    this.forgetChanges = onChange((id) => this.note(id));
    for (const id of [...this.open]) this.note(id);
  }

  get total(): number {
    return this.slots.size;
  }

  get isComplete(): boolean {
    return this.open.size === 0;
  }

  /** Ids of the slices that are still wanted, from the middle outwards as the plan has them. */
  get wanted(): readonly string[] {
    return this.ids.filter((id) => this.open.has(id));
  }

  stop(): void {
    this.forgetChanges();
    clearTimeout(this.timer);
    this.release();
  }

  private note(id: string): void {
    if (!this.open.has(id)) return;
    if (isWhole(id)) {
      this.open.delete(id);
      void painted(id).then((image) => this.put(id, image.frame.samples));
    } else if (failureOf(id)) {
      this.open.delete(id);
      this.failed.push(this.slots.get(id) as number);
      this.tell();
    }
  }

  private put(id: string, samples: ArrayLike<number>): void {
    const slot = this.slots.get(id) as number;
    const ref = this.plan.images[this.plan.order[slot] as number];
    if (!ref) return;
    const fits = putSlice(this.volume, slot, samples, modalityOf(ref.dataset, ref.frame, ref.pixel), ref.pixel.padding);
    if (fits) this.loaded++;
    else this.failed.push(slot);
    this.tell();
  }

  private tell(): void {
    if (this.loaded + this.failed.length >= this.total) {
      clearTimeout(this.timer);
      this.timer = undefined;
      return this.changed();
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.changed();
    }, TELL_MS);
  }
}
