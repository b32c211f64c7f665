/** Radiotherapy on images of another frame of reference: the registrations of the open studies, and what they join. */
import { invertAffine, placed, type Affine } from '../../core/affine';
import { text, type DataSet } from '../../core/dicom-json';
import type { Point3 } from '../../core/geometry';
import type { Rectangle } from '../../core/image-plane';
import { t } from '../../core/language';
import type { ImageRef } from '../../domain/display-sets';
import { joiningOf, nameOf, rectangleThrough, registrationsBetween, whereIn, whereOf, type Joined, type Joining, type Registered } from '../../domain/joined';
import { frameOfReference } from '../../domain/linking';
import { registrationsRead } from '../laid-over';
import type { SeriesState, ViewerModel } from '../viewer-model';

/** Where an image lies among the places of a frame of reference; undefined where nothing says so. */
export type PlaceIn = (image: ImageRef, frame: string) => Rectangle | undefined;

const known = new WeakMap<ViewerModel, Joins>();

export function joinsOf(model: ViewerModel): Joins {
  let joins = known.get(model);
  if (!joins) known.set(model, (joins = new Joins(model)));
  return joins;
}

export class Joins {
  private objects: readonly DataSet[] = [];
  private found = new WeakMap<DataSet, Map<string, Joining>>();
  private frames = new Map<string, Joining>();
  private asked = false;
  /** Another one when other registrations are there. */
  version = '';

  constructor(private readonly model: ViewerModel) {}

  /** They come last in the order of fetching. */
  want(): void {
    if (this.asked) return;
    this.asked = true;
    void registrationsRead(this.model).then(() => this.model.update());
  }

  /** True when there are others than before. */
  refresh(): boolean {
    const objects = [...this.model.series.values()].flatMap((s) => s.set?.registrations ?? []);
    const version = objects.map((ds) => text(ds, '00080018')).join();
    if (version === this.version) return false;
    Object.assign(this, { objects, version, found: new WeakMap(), frames: new Map() });
    return true;
  }

  of(image: ImageRef, frame: string): Joining {
    this.refresh();
    const byFrame = this.found.get(image.dataset) ?? new Map<string, Joining>();
    this.found.set(image.dataset, byFrame);
    let joining = byFrame.get(frame);
    if (!joining) byFrame.set(frame, (joining = joiningOf(this.objects, whereOf(image), whereIn(frame))));
    return joining;
  }

  /** How the places of a frame of reference lie in another one, images or none. */
  between(from: string, to: string): Joining {
    this.refresh();
    const key = `${from} ${to}`;
    const found = this.frames.get(key) ?? joiningOf(this.objects, whereIn(from), whereIn(to));
    this.frames.set(key, found);
    return found;
  }

  readonly place: PlaceIn = (image, frame) => {
    const joined = this.of(image, frame);
    return typeof joined === 'object' ? rectangleThrough(joined, image) : undefined;
  };

  /** A point of the frame among the places of an image. */
  point(image: ImageRef, frame: string, point: Point3): Point3 | undefined {
    const joined = this.of(image, frame);
    if (typeof joined !== 'object') return undefined;
    const back = joined.by ? invertAffine(joined.matrix) : undefined;
    return joined.by ? back && placed(back, point) : point;
  }

  /** Series whose images lie in the frame, by themselves or by a registration; those that do so by themselves first. */
  seriesIn(frame: string): { state: SeriesState; joined: Joined }[] {
    const found = [...this.model.order()].flatMap((uid) => this.model.series.get(uid) ?? []).flatMap((state) => {
      const first = state.set?.images[0];
      const joined = first && isPicture(state) ? this.of(first, frame) : 'apart';
      return typeof joined === 'object' ? [{ state, joined }] : [];
    });
    return [...found.filter((f) => !f.joined.by), ...found.filter((f) => f.joined.by)];
  }

  /** Frames of reference of open images that a registration joins to a frame, and the way from that frame to theirs. */
  framesJoinedTo(frame: string): { frame: string; back: Affine }[] {
    const found = this.seriesIn(frame).flatMap(({ state, joined }) => {
      const first = state.set?.images[0];
      const back = joined.by ? invertAffine(joined.matrix) : undefined;
      return first && back ? [{ frame: frameOfReference(first), back }] : [];
    });
    return found.filter((one, i) => found.findIndex((other) => other.frame === one.frame) === i);
  }

  /** Frames of reference of open images to which only a deformable registration leads from a frame, and which one. */
  framesBentTo(frame: string): { frame: string; by: Registered }[] {
    const found = [...this.model.series.values()].flatMap((state) => {
      const first = isPicture(state) ? state.set?.images[0] : undefined;
      const by = first && this.of(first, frame) === 'deformed' ? registrationsBetween(this.objects, whereIn(frame), whereOf(first))[0] : undefined;
      return first && by?.deforming && frameOfReference(first) ? [{ frame: frameOfReference(first), by }] : [];
    });
    return found.filter((one, i) => found.findIndex((other) => other.frame === one.frame) === i);
  }

  /** What is to be known of where something lies: '' when it lies in the frame of reference of some open images. followsBent: it is drawn through deformable registrations. */
  words(frames: readonly string[], followsBent = false): string {
    const said: Joining[] = [];
    for (const frame of frames) {
      const first = this.seriesIn(frame)[0]?.joined;
      if (first && !first.by) return '';
      const pictures = [...this.model.series.values()].flatMap((s) => (isPicture(s) && s.set?.images[0] ? [this.of(s.set.images[0], frame)] : []));
      said.push(first ?? pictures.find((j) => typeof j === 'string' && j !== 'apart') ?? 'apart');
    }
    const joined = said.find((j) => typeof j === 'object');
    if (joined?.by) return joined.by.links.length > 1 ? t('Drawn through several registrations, one after the other: {objects}.', { objects: nameOf(joined.by) }) : t('Drawn through the registration {object}.', { object: nameOf(joined.by) });
    const [bent] = followsBent ? frames.flatMap((frame) => this.framesBentTo(frame)) : [];
    if (bent) return t('Outlines drawn through the deformable registration {object}.', { object: nameOf(bent.by) });
    if (said.includes('deformed')) return t('Only a deformable registration joins it to the images: it is not deformed, and not drawn.');
    if (said.includes('scaled')) return t('Only a registration that is not rigid joins it to the images: it is not drawn.');
    return t('None of the open images lies in its frame of reference.');
  }
}

/** Images that something may be drawn on. */
function isPicture({ series }: SeriesState): boolean {
  return !['RTDOSE', 'RTIMAGE', 'REG'].includes(series.modality);
}
