/** Things made for an image, kept while it is looked at: the newest few. Planes that are turned describe themselves anew, and so are others. */
import type { DataSet } from '../../core/dicom-json';
import type { ImageRef } from '../../domain/display-sets';

export class ByImage<T> {
  private readonly kept = new Map<DataSet, Map<number, T>>();
  private count = 0;

  constructor(private readonly most: number) {}

  of({ dataset, frame }: ImageRef, make: () => T): T {
    const known = this.kept.get(dataset)?.get(frame);
    if (known !== undefined) return known;
    while (this.count >= this.most) this.dropOldest();
    const made = make();
    const frames = this.kept.get(dataset) ?? new Map<number, T>();
    frames.set(frame, made);
    this.kept.set(dataset, frames);
    this.count++;
    return made;
  }

  private dropOldest(): void {
    const [oldest] = this.kept;
    this.count -= oldest?.[1].size ?? this.count;
    if (oldest) this.kept.delete(oldest[0]);
  }
}
