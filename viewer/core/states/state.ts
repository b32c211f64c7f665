/** A softcopy presentation state as it is understood here (PS3.3 A.33, PS3.4 annex N). */
import { items, number, text, type Attribute, type DataSet } from '../dicom-json';
import { t } from '../language';
import { readPalette, type Palette } from '../luts';
import { overlaysOf, type Overlay } from '../overlays';
import { inlineBinary } from '../dicom-json';
import type { Lut } from '../voi';
import { blendedImages, namedBy, readAdvancedBlending, type AdvancedBlending } from './advanced-blending';
import { readAnnotations, readLayers, type Annotation, type Layer } from './annotations';
import type { Turned } from '../turns';
import { readAreas, readTurn, type DisplayedArea } from './area';
import { NO_STAGE, readGreyStage, tableOf, type GreyStage } from './grey-stage';
import { readMasks, type Mask } from './mask';
import { readShutter, type Shutter } from './shutter';
import { displayedImages, isStructuredDisplay } from './structured-display';
import { volumetricImages, volumetricKind } from './volumetric';
import { BrokenState, oneOf, readImages, type ImageReference } from './strict';

export type StateKind = 'grayscale' | 'colour' | 'pseudo-colour' | 'blending' | 'xa-xrf' | 'advanced-blending' | 'variable-modality';

const BASE = '1.2.840.10008.5.1.4.1.1.11.';
const KINDS: Record<string, StateKind> = {
  [`${BASE}1`]: 'grayscale', [`${BASE}2`]: 'colour', [`${BASE}3`]: 'pseudo-colour', [`${BASE}4`]: 'blending', [`${BASE}5`]: 'xa-xrf',
  [`${BASE}8`]: 'advanced-blending', [`${BASE}12`]: 'variable-modality',
};

/** Two sets of images, one over the other (C.11.14). opacity: of the superimposed, 0 to 1. */
export interface Blending {
  under: readonly ImageReference[];
  over: readonly ImageReference[];
  underStage: GreyStage;
  overStage: GreyStage;
  opacity: number;
}

export interface PresentationState {
  uid: string;
  kind: StateKind;
  /** All it is for, in its order. */
  images: readonly ImageReference[];
  grey: GreyStage;
  /** A table, or whether greys are inverted. */
  lut: Lut | boolean;
  masks: readonly Mask[];
  shutter: Shutter | undefined;
  /** Those it brings itself. */
  overlays: readonly Overlay[];
  /** Which overlays, its own or the image's, are drawn in which layer. */
  activations: ReadonlyMap<number, string>;
  areas: readonly DisplayedArea[];
  turn: Turned;
  layers: ReadonlyMap<string, Layer>;
  annotations: readonly Annotation[];
  palette: Palette | undefined;
  blending: Blending | undefined;
  advanced: AdvancedBlending | undefined;
  /** Of its colours; empty: sRGB. */
  icc: Uint8Array;
}

/** What kind of state an object is; undefined for those that are not applied to images here. */
export function stateKind(ds: DataSet): StateKind | undefined {
  return KINDS[text(ds, '00080016')];
}

/** Why a state of another class is not applied. */
export function whyNotApplied(ds: DataSet): string {
  if (volumetricKind(ds)) return t('It is a view of a volume, which is not applied to images here.');
  return t('States of this class are not applied here.');
}

/** It is about volumes or screens: nothing of it is for one image. */
export function isOfMany(ds: DataSet): boolean {
  return volumetricKind(ds) !== undefined || isStructuredDisplay(ds);
}

/** All images that an object is about, in its order, whatever its class; tolerant. */
export function imagesOf(ds: DataSet): ImageReference[] {
  try {
    if (volumetricKind(ds)) return volumetricImages(ds);
    if (isStructuredDisplay(ds)) return displayedImages(ds);
    const sides = items(ds, '00700402').slice(0, 3).flatMap((item) => readImages(item, text(item, '0020000D')));
    const inputs = sides.length ? [] : blendedImages(ds);
    return sides.length ? sides : inputs.length ? inputs : readImages(ds);
  } catch {
    return [];
  }
}

/**
 * Read an object of a known kind; the data of its tables and overlays must be inline (distantValues). Throws BrokenState for what cannot be
 * carried out and for a state that refers to nothing.
 */
export function readState(ds: DataSet): PresentationState {
  const kind = stateKind(ds);
  if (!kind) throw new BrokenState('SOP Class UID');
  const blending = kind === 'blending' ? readBlending(ds) : undefined;
  const advanced = kind === 'advanced-blending' ? readAdvancedBlending(ds) : undefined;
  const geometry = advanced?.inputs.get(advanced.geometry);
  const images = blending ? blending.under : geometry ? namedBy(geometry) : readImages(ds);
  if (!images.length) throw new BrokenState('Referenced Series Sequence');
  const isGrey = hasGreys(kind);
  const hasPalette = kind === 'pseudo-colour' || kind === 'blending';
  const palette = hasPalette ? readPalette(ds, false) : undefined;
  if (hasPalette && !palette) throw new BrokenState('Red Palette Color Lookup Table Data');
  return {
    uid: text(ds, '00080018'),
    kind,
    images,
    grey: isGrey || kind === 'pseudo-colour' ? readGreyStage(ds) : NO_STAGE,
    lut: isGrey ? presentationLut(ds) : false,
    masks: isGrey || kind === 'pseudo-colour' ? readMasks(ds) : [],
    shutter: readShutter(ds),
    overlays: overlaysOf(ds),
    activations: readActivations(ds),
    areas: readAreas(ds),
    turn: readTurn(ds),
    layers: readLayers(ds),
    annotations: readAnnotations(ds),
    palette,
    blending,
    advanced,
    icc: inlineBinary(ds, '00282000') ?? new Uint8Array(),
  };
}

/** Its picture is grey (PS3.3 A.33.1, A.33.6, A.33.8). */
export function hasGreys(kind: StateKind): boolean {
  return kind === 'grayscale' || kind === 'xa-xrf' || kind === 'variable-modality';
}

function presentationLut(ds: DataSet): Lut | boolean {
  const [table] = items(ds, '20500010');
  if (table) return tableOf(table, 'Presentation LUT Sequence');
  return oneOf(ds, '20500020', ['IDENTITY', 'INVERSE'], 'Presentation LUT Shape') === 'INVERSE';
}

/** Overlay Activation Layer by group (C.11.7). */
function readActivations(ds: DataSet): Map<number, string> {
  const groups = Array.from({ length: 16 }, (_, i) => 0x6000 + 2 * i);
  return new Map(groups.map((group): [number, string] => [group, text(ds, `${group.toString(16).toUpperCase()}1001`)]).filter(([, layer]) => layer));
}

function readBlending(ds: DataSet): Blending {
  const sides = new Map(items(ds, '00700402').slice(0, 3).map((item) => [text(item, '00700405').toUpperCase(), { images: readImages(item, text(item, '0020000D')), stage: readGreyStage(item) }]));
  const [under, over] = [sides.get('UNDERLYING'), sides.get('SUPERIMPOSED')];
  const opacity = number(ds, '00700403') ?? NaN;
  if (!under?.images.length || !over?.images.length) throw new BrokenState('Blending Sequence');
  if (!(opacity >= 0 && opacity <= 1)) throw new BrokenState('Relative Opacity');
  return { under: under.images, over: over.images, underStage: under.stage, overStage: over.stage, opacity };
}

const DEEPEST = 8;

/** Everywhere in an object, what is only named and must be fetched before it can be read. */
export function distantValues(ds: DataSet, depth = 0): Attribute[] {
  return Object.keys(ds).flatMap((tag) => {
    const attribute = ds[tag] as Attribute;
    if (attribute.vr === 'SQ') return depth < DEEPEST ? items(ds, tag).flatMap((item) => distantValues(item, depth + 1)) : [];
    return typeof attribute.BulkDataURI === 'string' && attribute.InlineBinary === undefined ? [attribute] : [];
  });
}
