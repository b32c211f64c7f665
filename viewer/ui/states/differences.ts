/** Frames without their mask. Mask frames are fetched beside the stack's plan: they are needed wherever the reader is in it. */
import { number } from '../../core/dicom-json';
import type { Frame } from '../../core/frame';
import { isColour, isInverse, modalityOf } from '../../core/image-description';
import { t } from '../../core/language';
import { IDENTITY, type Modality } from '../../core/modality';
import { framesLacking, ownFramesLacking, ownSubtraction, recommendsSubtraction, simpleMask, subtracted, subtractionFor, type Subtraction } from '../../core/states/mask';
import type { PresentationState } from '../../core/states/state';
import { windowOver, type Voi } from '../../core/voi';
import type { ImageRef } from '../../domain/display-sets';
import type { SubtractionChoice } from '../../domain/state-choice';
import { connection } from '../server/connection';
import { loadFrame } from '../stage/frame-source';
import { imageId } from '../stage/frames';
import type { StageImage } from '../stage/stage-image';
import type { Recipe, Wanted } from './book';

/** Frames that are kept to be subtracted, beside those in the memory of the viewer. */
const KEPT_FRAMES = 24;
const KEPT_DIFFERENCES = 6;
/** Of a mask's frames that are not there, so many are named. */
const MOST_NAMED = 8;

export class Differences {
  private readonly frames = new Map<string, Frame | 'coming' | Error>();
  private readonly made = new Map<string, Frame | Error>();
  /** The largest difference seen of an object, so that cine does not pump; its window, so that it is known again. */
  private readonly windows = new Map<string, { largest: number; voi: Voi }>();

  constructor(private readonly again: () => void) {}

  /** An image without the mask that it names itself, or that the reader chose. Stored windows are for stored values: differences have one of their own. */
  recipe(image: StageImage, { voi, inverted, subtraction }: Wanted): Recipe | undefined {
    const { ref } = image;
    const what = image.whole ? this.wanted(ref, undefined, subtraction) : undefined;
    const frame = what && this.without(image, what, subtraction.shift);
    if (!what || !frame) return undefined;
    const known = modalityOf(ref.dataset, ref.frame, ref.pixel);
    const modality = what.mask.logTables.length || known.kind === 'lut' ? IDENTITY : known;
    const presentation = { modality, voi: voi ?? this.windowOf(ref, frame, modality), inverse: isInverse(ref.dataset, ref.pixel) !== inverted };
    return { frame, presentation, finish: undefined, key: `own ${inverted} ${JSON.stringify(subtraction)}` };
  }

  /** A frame as a state subtracts it; undefined where it is shown as it is. */
  ofState(image: StageImage, state: PresentationState, choice: SubtractionChoice): Frame | undefined {
    const what = this.wanted(image.ref, state, choice);
    return what && this.without(image, what, choice.shift);
  }

  /** error: why there is no difference where one is meant, a sentence. */
  now(ref: ImageRef, state: PresentationState | undefined, choice: SubtractionChoice): { on: boolean; frames: readonly number[]; shift: readonly [number, number]; error: string } | undefined {
    if (isColour(ref.pixel)) return undefined;
    const wrong = this.wrong(ref, state, choice);
    if (framesOf(ref) < 2) return wrong ? { on: false, frames: [], shift: choice.shift, error: wrong } : undefined;
    const possible = this.wanted(ref, state, { ...choice, on: true });
    const shown = this.wanted(ref, state, choice);
    const taken = shown && [...shown.maskFrames, ...shown.contrastFrames].map((n) => this.frames.get(idOf(ref, n)));
    const failed = [...(taken ?? []), shown && this.made.get(keyOf(ref, shown, choice.shift))].find((f) => f instanceof Error);
    const [down, left] = possible?.mask.shift ?? [0, 0];
    return { on: shown !== undefined, frames: possible?.maskFrames ?? [], shift: [down + choice.shift[0], left + choice.shift[1]], error: failed instanceof Error ? failed.message : wrong };
  }

  /** What is taken from what; undefined where the frame is shown as it is. */
  private wanted(ref: ImageRef, state: PresentationState | undefined, choice: SubtractionChoice): Subtraction | undefined {
    if (choice.on === false || isColour(ref.pixel)) return undefined;
    const count = framesOf(ref);
    const found = state?.masks.length ? subtractionFor(state.masks, ref.sopInstanceUid, ref.frame, count) : this.ofImage(ref, count, choice);
    if (choice.frame !== undefined && (found || choice.on)) {
      const mask = { ...(found?.mask ?? simpleMask([choice.frame])), operation: 'AVG_SUB' as const };
      return choice.frame <= count ? { mask, maskFrames: [choice.frame], contrastFrames: found?.contrastFrames ?? [ref.frame] } : undefined;
    }
    // Who asks for subtraction where nothing is said gets the first frame under the others.
    return found ?? (choice.on && count > 1 ? { mask: simpleMask([1]), maskFrames: [1], contrastFrames: [ref.frame] } : undefined);
  }

  private ofImage(ref: ImageRef, count: number, { on }: SubtractionChoice): Subtraction | undefined {
    if (!on && !recommendsSubtraction(ref.dataset, ref.frame)) return undefined;
    try {
      return ownSubtraction(ref.dataset, ref.frame, count);
    } catch {
      // A broken mask counts as none; `wrong` says so.
      return undefined;
    }
  }

  /** Why the mask that image or state names is not taken away, a sentence; '' where nothing is wrong, or another mask was chosen. */
  private wrong(ref: ImageRef, state: PresentationState | undefined, { on, frame }: SubtractionChoice): string {
    if (on === false || frame !== undefined) return '';
    const isOfState = state !== undefined && state.masks.length > 0;
    if (!isOfState && !on && !recommendsSubtraction(ref.dataset, ref.frame)) return '';
    try {
      const lacking = isOfState ? framesLacking(state.masks, ref.sopInstanceUid, ref.frame, framesOf(ref)) : ownFramesLacking(ref.dataset, ref.frame, framesOf(ref));
      return lacking.length ? t('The mask is made of frames that the image does not have: {frames}.', { frames: [...new Set(lacking)].slice(0, MOST_NAMED).join(', ') }) : '';
    } catch (error) {
      return `${t('The mask of the image cannot be subtracted.')} ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  private without(image: StageImage, what: Subtraction, moved: SubtractionChoice['shift']): Frame | undefined {
    const { ref, rows, columns } = image;
    const key = keyOf(ref, what, moved);
    const known = this.made.get(key);
    if (known) return known instanceof Error ? undefined : known;
    const needed = [...new Set([...what.maskFrames, ...what.contrastFrames])];
    const samples = new Map(needed.map((n) => [n, n === ref.frame ? image.frame : this.frame(ref, n)] as const));
    if ([...samples.values()].some((frame) => !frame)) return undefined;
    try {
      const frame = subtracted(what, rows, columns, (n) => (samples.get(n) as Frame).samples, moved);
      keep(this.made, key, frame, KEPT_DIFFERENCES);
      return frame;
    } catch (error) {
      keep(this.made, key, error instanceof Error ? error : new Error(String(error)), KEPT_DIFFERENCES);
      return undefined;
    }
  }

  /** Undefined until it has come, and where it cannot be had. */
  private frame(ref: ImageRef, n: number): Frame | undefined {
    const id = idOf(ref, n);
    const known = this.frames.get(id);
    if (known && known !== 'coming' && !(known instanceof Error)) return known;
    if (known) return undefined;
    keep(this.frames, id, 'coming', KEPT_FRAMES + 1000);
    const done = (frame: Frame | Error) => {
      this.frames.delete(id);
      keep(this.frames, id, frame, KEPT_FRAMES);
      this.again();
    };
    connection.patiently(() => loadFrame(id.slice('wadors:'.length), { ...ref, frame: n }, new AbortController().signal)).then(done, (error: unknown) => done(error instanceof Error ? error : new Error(String(error))));
    return undefined;
  }

  private windowOf(ref: ImageRef, frame: Frame, modality: Modality): Voi {
    const { slope, intercept } = modality.kind === 'rescale' ? modality : { slope: 1, intercept: 0 };
    const largest = Math.max(Math.abs(frame.min), Math.abs(frame.max)) * Math.abs(slope) || 1;
    const known = this.windows.get(ref.sopInstanceUid);
    if (known && known.largest >= largest) return known.voi;
    const voi: Voi = { kind: 'window', window: windowOver(intercept - largest, intercept + largest) };
    this.windows.set(ref.sopInstanceUid, { largest, voi });
    return voi;
  }
}

function framesOf({ dataset }: ImageRef): number {
  return number(dataset, '00280008') ?? 1;
}

/** Of a difference: states may take the same frames by way of other shifts and tables. */
function keyOf(ref: ImageRef, { mask, maskFrames, contrastFrames }: Subtraction, moved: SubtractionChoice['shift']): string {
  const tables = mask.logTables.map(({ applicable, table }) => [applicable, table.first, Array.from(table.entries).reduce((sum, v, i) => sum + v * (i + 1), 0)]);
  return `${idOf(ref, ref.frame)} ${maskFrames.join()} ${contrastFrames.join()} ${moved.join()} ${JSON.stringify([mask.shift, mask.visibility, mask.shifts, tables])}`;
}

/** Of another frame of the same object. */
function idOf(ref: ImageRef, frame: number): string {
  const uid = (tag: string) => String(ref.dataset[tag]?.Value?.[0] ?? '');
  return imageId(uid('0020000D'), uid('0020000E'), { ...ref, frame });
}

/** The oldest goes. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.set(key, value);
  for (const old of map.keys()) if (map.size > most) map.delete(old);
}
