/** What presentation states and masks do to pictures. Fetched when a study has some. */
import { personName, text, type DataSet } from '../../core/dicom-json';
import { isColour, modalityOf, pixelAspect, voisOf } from '../../core/image-description';
import type { AdvancedBlending, BlendingInput } from '../../core/states/advanced-blending';
import { inputGreys } from '../../core/states/blending-steps';
import { titlesOf, type DisplayedArea, type Titles } from '../../core/states/area';
import { close, closedBy } from '../../core/states/shutter';
import { stateGreys, type GreyStage } from '../../core/states/grey-stage';
import { convertWords, readProfile, type Profile } from '../../core/states/icc';
import { distantValues, hasGreys, imagesOf, isOfMany, readState, stateKind, whyNotApplied, type PresentationState } from '../../core/states/state';
import { covers, inScope, type ImageReference } from '../../core/states/strict';
import type { Palette } from '../../core/luts';
import { t } from '../../core/language';
import type { ImageRef } from '../../domain/display-sets';
import type { StateChoice } from '../../domain/state-choice';
import { connection } from '../server/connection';
import { fetchBulk } from '../stage/bulk-source';
import type { LayerView } from '../stage/layers';
import type { StageImage } from '../stage/stage-image';
import { AdvancedBlender } from './advanced-blender';
import { Blender } from './blender';
import type { LaidOut, Recipe, StateBook, Wanted } from './book';
import { Differences } from './differences';
import { drawState } from './graphics';
import { planeOver } from './overlay-planes';
import { Partners } from './partners';

/** One object. order: sorts by when it was made. */
export interface Entry {
  titles: Titles;
  dataset: DataSet;
  order: string;
  /** Name of its class, for the reader. */
  kind: string;
  images: readonly ImageReference[];
  /** What it says; undefined while its tables are on their way, and where it is broken. */
  state: PresentationState | undefined;
  /** Why it cannot be carried out on images; '' when it can. */
  broken: string;
  /** It is about volumes or screens, and not offered on images. */
  isOfMany: boolean;
  /** All of it is here, tables too. */
  isRead: boolean;
}

export class Works {
  private readonly differences: Differences;
  private readonly blender: Blender;
  private readonly advanced: AdvancedBlender;
  private readonly palettes = new WeakMap<Palette, Uint32Array>();
  private readonly profiles = new WeakMap<PresentationState, Profile | undefined>();
  private readonly closed = new WeakMap<PresentationState, Map<string, Uint8Array>>();

  constructor(private readonly book: StateBook) {
    this.differences = new Differences(book.changed);
    const partners = new Partners(book);
    this.blender = new Blender(partners);
    // The profile of an advanced blending state is for the picture, not for its palettes.
    this.advanced = new AdvancedBlender(partners, (palette) => this.paletteOf(palette, undefined));
  }

  /** Read as far as it is here; its tables are fetched. */
  entryOf(dataset: DataSet): Entry {
    const own = titlesOf(dataset);
    const author = personName(dataset, '00700084').alphabetic;
    const titles = { ...own, author };
    const order = `${titles.date.padEnd(8, '0')} ${titles.time.padEnd(13, '0')} ${titles.uid}`;
    const entry: Entry = { titles, dataset, order, kind: kindName(dataset), images: imagesOf(dataset), state: undefined, broken: stateKind(dataset) ? '' : whyNotApplied(dataset), isOfMany: isOfMany(dataset), isRead: false };
    this.read(entry);
    return entry;
  }

  private read(entry: Entry): void {
    const distant = distantValues(entry.dataset);
    const take = () => {
      entry.isRead = true;
      if (entry.broken) return;
      try {
        entry.state = readState(entry.dataset);
      } catch (error) {
        entry.broken = error instanceof Error ? error.message : String(error);
      }
    };
    if (!distant.length) return take();
    const failed = (error: unknown) => {
      entry.broken = error instanceof Error ? error.message : String(error);
    };
    void connection.patiently(() => Promise.all(distant.map(fetchBulk))).then(take, failed).then(this.book.changed);
  }

  isAbout({ images, state }: Entry, ref: ImageRef): boolean {
    return (state?.images ?? images).some((i) => (i.uid ? covers(i, ref.sopInstanceUid, ref.frame) : i.series === text(ref.dataset, '0020000E')));
  }

  whyNot(entry: Entry, ref: ImageRef): string {
    if (entry.broken) return entry.broken;
    if (!entry.state) return t('Its tables are on their way.');
    if (entry.state.advanced) return '';
    const wantsColour = entry.state.kind === 'colour';
    if (wantsColour === isColour(ref.pixel)) return '';
    return wantsColour ? t('It is for colour images.') : t('It is for grey images.');
  }

  recipe(image: StageImage, wanted: Wanted): Recipe | undefined {
    const { ref } = image;
    const state = wanted.state.graphicsOnly ? undefined : this.book.chosen(ref, wanted.state)?.state;
    if (!state) return this.differences.recipe(image, wanted);
    if (state.advanced) return this.advancedRecipe(image, state, state.advanced, wanted);
    const subtracted = image.whole ? this.differences.ofState(image, state, wanted.subtraction) : undefined;
    const frame = subtracted ?? image.frame;
    const profile = this.profileOf(state);
    const greys = stateGreys(ref.pixel, stageOf(state, ref, wanted), state.lut, ref.sopInstanceUid, ref.frame, subtracted !== undefined, wanted.voi);
    const palette = state.kind === 'pseudo-colour' && state.palette ? this.paletteOf(state.palette, profile) : undefined;
    const presentation = { ...greys, palette, inverse: greys.inverse !== wanted.inverted };
    const blend = state.blending && image.whole ? this.blender.over(image, state, state.blending, state.palette && this.paletteOf(state.palette, profile)) : undefined;
    const finish = (words: Uint32Array) => {
      blend?.(words);
      if (state.kind === 'colour') convertWords(words, profile);
      this.shut(words, image, state);
    };
    return { frame, presentation, finish, key: `${state.uid} ${this.book.version} ${wanted.inverted} ${JSON.stringify(wanted.subtraction)}` };
  }

  /** Painted as the image with the geometry alone until the others are here. */
  private advancedRecipe(image: StageImage, state: PresentationState, advanced: AdvancedBlending, wanted: Wanted): Recipe {
    const { ref, frame } = image;
    const input = advanced.inputs.get(advanced.geometry) as BlendingInput;
    const shown = { frame, dataset: ref.dataset, uid: ref.sopInstanceUid, number: ref.frame, pixel: ref.pixel };
    const greys = inputGreys(shown, input, input.palette && this.paletteOf(input.palette, undefined), wanted.voi);
    const presentation = { ...greys, inverse: isColour(ref.pixel) ? wanted.inverted : greys.inverse !== wanted.inverted };
    const blended = image.whole ? this.advanced.words(image, state, advanced, wanted.voi) : undefined;
    const finish = (words: Uint32Array) => {
      if (blended) words.set(wanted.inverted ? blended.map((word) => (word ^ 0x00ffffff) >>> 0) : blended);
      convertWords(words, this.profileOf(state));
      this.shut(words, image, state);
    };
    return { frame, presentation, finish, key: `${state.uid} ${this.book.version} ${wanted.inverted}` };
  }

  /** What of a state in force the picture lacks, a sentence; '' for nothing. */
  lackOf({ state }: Entry, ref: ImageRef): string {
    if (!state) return '';
    const isWhole = state.advanced ? this.advanced.isComplete(ref, state.advanced) : !state.blending || this.blender.partner(ref, state.blending) !== 'absent';
    return isWhole ? '' : t('An image that is blended into this one is not here.');
  }

  private profileOf(state: PresentationState): Profile | undefined {
    if (!this.profiles.has(state)) this.profiles.set(state, readProfile(state.icc));
    return this.profiles.get(state);
  }

  /** As words 0xAABBGGRR, made sRGB. */
  private paletteOf(palette: Palette, profile: Profile | undefined): Uint32Array {
    const known = this.palettes.get(palette);
    if (known) return known;
    const shift = palette.bits > 8 ? palette.bits - 8 : 0;
    const words = Uint32Array.from(palette.red, (r, i) => (0xff000000 | (((palette.blue[i] ?? 0) >> shift) << 16) | (((palette.green[i] ?? 0) >> shift) << 8) | (r >> shift)) >>> 0);
    convertWords(words, profile);
    this.palettes.set(palette, words);
    return words;
  }

  private shut(words: Uint32Array, image: StageImage, state: PresentationState): void {
    const { shutter } = state;
    if (!shutter) return;
    const { rows, columns } = image;
    const bitmap = shutter.group === undefined ? undefined : planeOver(shutter.group, state, image, this.book.changed);
    const known = this.closed.get(state) ?? new Map<string, Uint8Array>();
    this.closed.set(state, known);
    const key = `${image.ref.sopInstanceUid} ${bitmap ? image.ref.frame : ''} ${bitmap?.length}`;
    const closed = known.get(key) ?? closedBy(shutter, rows, columns, pixelAspect(image.ref.dataset, image.ref.frame), bitmap);
    if (known.size < 8) known.set(key, closed);
    close(words, words.length === closed.length ? closed : smaller(closed, image), shutter, !hasGreys(state.kind));
  }

  layOut({ state }: Entry, ref: ImageRef): LaidOut | undefined {
    if (!state) return undefined;
    const area = areaOf(state, ref);
    const zoom = area && this.zoomOf(area);
    return { turn: state.turn, aspect: area?.aspect, area: area && [area.left, area.top, area.width, area.height], zoom };
  }

  /** TRUE SIZE fits where nobody measured the monitor, as the server does that knows no screen. */
  private zoomOf({ mode, magnification, spacing }: DisplayedArea): number | undefined {
    if (mode === 'MAGNIFY') return magnification;
    const perMm = this.book.pixelsPerMm();
    return mode === 'TRUE SIZE' && perMm && spacing ? spacing[1] * perMm : undefined;
  }

  draw(context: CanvasRenderingContext2D, image: StageImage, view: LayerView, { state }: Entry, choice: StateChoice): void {
    if (!state) return;
    const area = areaOf(state, view.image) ?? { left: 0, top: 0, width: image.columns, height: image.rows };
    drawState(context, view, { state, area, image, hidden: choice.hidden, again: this.book.changed });
  }

  subtractionNow(image: ImageRef, wanted: Wanted): ReturnType<StateBook['subtraction']> {
    const state = wanted.state.graphicsOnly ? undefined : this.book.chosen(image, wanted.state)?.state;
    return this.differences.now(image, state, wanted.subtraction);
  }
}

/** What a state says of greys is for differences where it subtracts: a reader who does without sees the image as it says itself. */
function stageOf(state: PresentationState, { dataset, frame, pixel }: ImageRef, { subtraction }: Wanted): GreyStage {
  if (!state.masks.length || subtraction.on !== false) return state.blending?.underStage ?? state.grey;
  const [voi] = voisOf(dataset, frame, pixel);
  return { modalities: [{ scope: [], modality: modalityOf(dataset, frame, pixel) }], vois: voi ? [{ scope: [], voi }] : [] };
}

function areaOf(state: PresentationState, ref: ImageRef): DisplayedArea | undefined {
  return state.areas.find(({ scope }) => inScope(scope, ref.sopInstanceUid, ref.frame));
}

/** For the small image of first paint. */
function smaller(closed: Uint8Array, { frame, rows, columns }: StageImage): Uint8Array {
  const out = new Uint8Array(frame.rows * frame.columns);
  for (let row = 0, at = 0; row < frame.rows; row++) {
    const from = Math.floor(((row + 0.5) * rows) / frame.rows) * columns;
    for (let column = 0; column < frame.columns; column++, at++) out[at] = closed[from + Math.floor(((column + 0.5) * columns) / frame.columns)] as number;
  }
  return out;
}

function kindName(ds: DataSet): string {
  const names: Record<string, string> = {
    grayscale: t('Grey presentation state'), colour: t('Colour presentation state'), 'pseudo-colour': t('Pseudo-colour presentation state'), blending: t('Blending presentation state'), 'xa-xrf': t('XA/XRF presentation state'),
    'advanced-blending': t('Advanced blending presentation state'), 'variable-modality': t('Variable modality LUT presentation state'),
  };
  return names[stateKind(ds) ?? ''] ?? (text(ds, '00080016') ? t('Presentation state') : '');
}
