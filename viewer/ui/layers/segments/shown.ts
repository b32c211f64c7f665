/** One segmentation on the images: its voxels, how each segment looks, what it counts. */
import { imagePixel } from '../../../core/image-description';
import { text, type DataSet } from '../../../core/dicom-json';
import type { Point3 } from '../../../core/geometry';
import { FractionVolume, LabelVolume, middleOfTally, placeOfVoxel, sliceGridOf, voxelVolume, type SliceGrid, type Tally } from '../../../core/label-volume';
import type { Rgb } from '../../../core/lab';
import { distantLuts } from '../../../core/luts';
import { needsWideLabels, segmentationOf, segmentsOf, undescribed, type Segment, type Segmentation } from '../../../core/segments';
import { t } from '../../../core/language';
import type { Laid } from '../../../domain/laid';
import { fetchBulk } from '../../stage/bulk-source';
import { eachFrame } from './frames';

/** What is kept (domain/laid), to be asked often. opacity: of areas, 0..1. outline: lines only. hidden, colours: by segment number. */
export interface SegmentLook {
  opacity: number;
  outline: boolean;
  hidden: ReadonlySet<number>;
  colours: ReadonlyMap<number, Rgb>;
}

/** voxels: how many, or the sum of shares. ml: undefined where the size of a voxel is not said. */
export interface SegmentSize {
  voxels: number;
  ml: number | undefined;
}

function lookOf({ opacity, outline, hidden, colours }: Laid): SegmentLook {
  return { opacity, outline, hidden: new Set(hidden), colours: new Map(colours) };
}

/** Of labels of 16 bits. */
const MOST_PLACES = 65_535;

export class ShownSegments {
  private readonly listeners = new Set<() => void>();
  private readonly aborter = new AbortController();
  readonly uid: string;
  /** A sentence where nothing can be drawn. */
  readonly description: Segmentation | string;
  readonly grid: SliceGrid | undefined;
  /** Those that the object describes, and those that frames or voxels bring besides. */
  segments: readonly Segment[] = [];
  look: SegmentLook;
  labels: LabelVolume | undefined;
  /** By segment number. */
  readonly fractions = new Map<number, FractionVolume>();
  /** Frames that have come. */
  done = 0;
  failure = '';
  /** What is odd about it, in sentences. */
  notices: readonly string[] = [];
  /** Another number when it would draw otherwise. */
  version = 0;
  private tallies = new Map<number, Tally>();

  constructor(
    readonly dataset: DataSet,
    readonly seriesUid: string,
    laid: Laid,
  ) {
    this.look = lookOf(laid);
    this.uid = text(dataset, '00080018');
    this.description = segmentationOf(dataset);
    if (typeof this.description === 'string') {
      this.failure = this.description;
      return;
    }
    this.grid = sliceGridOf(this.description);
    this.segments = this.description.segments;
    void this.load(this.description, this.grid);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  stop(): void {
    this.aborter.abort();
    this.listeners.clear();
  }

  get stopped(): boolean {
    return this.aborter.signal.aborted;
  }

  get whole(): boolean {
    return typeof this.description !== 'string' && !this.failure && this.done >= this.description.frames.length;
  }

  get all(): number {
    return typeof this.description === 'string' ? 0 : this.description.frames.length;
  }

  /** Place of a segment in the volume of labels, from 1; 0 for none. */
  placeOf(segment: number): number {
    return this.segments.findIndex((s) => s.number === segment) + 1;
  }

  colourOf(segment: Segment): Rgb {
    return this.look.colours.get(segment.number) ?? segment.colour;
  }

  isVisible(segment: Segment): boolean {
    return !this.look.hidden.has(segment.number);
  }

  wear(laid: Laid): void {
    this.look = lookOf(laid);
    this.changed();
  }

  sizeOf(segment: Segment): SegmentSize | undefined {
    const tally = this.tallies.get(segment.number);
    if (!tally || !this.grid) return undefined;
    const each = voxelVolume(this.grid);
    return { voxels: tally.voxels, ml: each === undefined ? undefined : (tally.voxels * each) / 1000 };
  }

  tallyOf(segment: Segment): Tally | undefined {
    return this.tallies.get(segment.number);
  }

  /** A place in the patient in its middle, and the slot of the slice that has it; undefined when it has no voxels. */
  middleOf(segment: Segment): { slot: number; point: Point3 | undefined } | undefined {
    const tally = this.tallies.get(segment.number);
    const middle = tally && middleOfTally(tally);
    if (!middle || !this.grid) return undefined;
    const slot = Math.round(middle[2]);
    return { slot, point: placeOfVoxel(this.grid, [middle[0], middle[1]], slot) };
  }

  private async load(s: Segmentation, grid: SliceGrid): Promise<void> {
    const pixel = imagePixel(this.dataset);
    if (!pixel) return this.fail(t('The segmentation does not say how its frames are stored.'));
    const address = { study: text(this.dataset, '0020000D'), series: this.seriesUid, instance: this.uid };
    const extra = new Map<number, number>();
    const labels = s.kind === 'fractional' ? undefined : new LabelVolume(grid, needsWideLabels(s));
    const places = new Map(s.segments.map((segment, i) => [segment.number, i + 1]));
    const placeOfValue = (value: number): number => {
      if (s.background.has(value)) return 0;
      const known = places.get(value);
      if (known !== undefined) return known;
      const made = s.segments.length + extra.size + 1;
      if (made > MOST_PLACES) throw new RangeError(t('The segmentation takes more memory than there is.'));
      extra.set(value, made);
      places.set(value, made);
      return made;
    };
    try {
      await eachFrame(address, s.frames.length, pixel, this.aborter.signal, (n, samples) => {
        const [frame, slot] = [s.frames[n - 1], grid.slots[n - 1] as number];
        this.done = n;
        if (!frame || slot < 0) return;
        if (s.kind === 'labels') labels?.putLabels(slot, samples, placeOfValue);
        else if (s.kind === 'binary') labels?.put(slot, places.get(frame.segment) ?? 0, samples);
        else this.fractionsOf(frame.segment, grid).put(slot, samples, s.bitsAllocated > 8);
        if (n % 64 === 0) this.changed();
      });
    } catch (error) {
      if (this.aborter.signal.aborted) return;
      return this.fail(error instanceof Error ? error.message : String(error));
    }
    this.labels = labels;
    this.segments = [...(await this.painted(s)), ...[...extra.keys()].map(undescribed)];
    this.count(s);
    this.notices = noticesOf(s, grid, this.segments, this.tallies);
    this.changed();
  }

  /** With the colours of a palette that metadata only names; with those of our own where it cannot be had. */
  private async painted(s: Segmentation): Promise<readonly Segment[]> {
    const distant = s.kind === 'labels' ? distantLuts(this.dataset) : [];
    const isHere = await Promise.all(distant.map(fetchBulk)).then(() => true, () => false);
    return distant.length && isHere ? segmentsOf(this.dataset, s.kind, s.frames) : s.segments;
  }

  private fractionsOf(segment: number, grid: SliceGrid): FractionVolume {
    const known = this.fractions.get(segment) ?? new FractionVolume(grid);
    this.fractions.set(segment, known);
    return known;
  }

  private count(s: Segmentation): void {
    const counted = this.labels?.tally(this.segments.length);
    this.segments.forEach(({ number }, i) => {
      const tally = counted ? counted[i + 1] : this.fractions.get(number)?.tally(s.largest);
      if (tally) this.tallies.set(number, tally);
    });
  }

  private fail(words: string): void {
    this.failure = words;
    this.changed();
  }

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

function noticesOf(s: Segmentation, grid: SliceGrid, segments: readonly Segment[], tallies: ReadonlyMap<number, Tally>): string[] {
  const unknown = segments.filter((one) => one.undescribed).length;
  const empty = segments.filter((one) => !tallies.get(one.number)?.voxels).length;
  return [
    ...(unknown ? [t('{count} {count|segment|segments} in the frames that the object does not describe.', { count: unknown })] : []),
    ...(empty ? [t('{count} {count|segment|segments} without a voxel.', { count: empty })] : []),
    ...(grid.askew ? [t('{count} {count|frame lies|frames lie} askew and are left out.', { count: grid.askew })] : []),
    ...(!grid.placed ? [t('It does not say where it lies: it is drawn on the images that it names.')] : []),
    ...(s.fraction === 'PROBABILITY' ? [t('Its values are probabilities.')] : s.fraction === 'OCCUPANCY' ? [t('Its values are occupied shares of voxels.')] : []),
  ];
}
