/** Opens what a volumetric presentation state shows: planes of its volume, or the volume in three dimensions. */
import { adoptColourMap } from '../../core/colour-maps';
import type { Cropping } from '../../core/cropping';
import { t } from '../../core/language';
import { modalityOf } from '../../core/image-description';
import { identityVoi } from '../../core/states/grey-stage';
import { eyeOf, type Component, type PlaneView, type RenderView, type Volumetric, type VolumetricInput } from '../../core/states/volumetric';
import type { Voi, Window } from '../../core/voi';
import { centreOfVolume } from '../../core/volume';
import { toImage, type PlaneKind } from '../../core/image-plane';
import { frameOfReference, rectangleOf } from '../../domain/linking';
import { OWN_PRESET } from '../../domain/three-presets';
import type { KeptThree, ShownBy } from '../../domain/volume-kept';
import { refusalText, volumeOf } from '../../domain/volume-stack';
import { axesOf, colourAt, cropOf, croppingOf, endsOf, middleOfView, transferPoints } from '../../domain/volumetric-view';
import { layAgain } from '../laid-over';
import { PLANES, planeId } from '../stage/reformatting';
import type { Stage } from '../stage/stage';
import { FRESH } from '../stage/view';
import type { ViewerModel } from '../viewer-model';
import { placeOf, untilSo, type Place } from './finding';

/** label: how the state is called. */
export interface Opened {
  label: string;
  shownBy: ShownBy;
}

interface Found extends Place {
  voi: Voi;
  cropping: Cropping | undefined;
}

/** The reason when it cannot be; '' when it is open. size: CSS pixels of the viewport at the time. */
export async function openVolumetric(model: ViewerModel, cell: number, { label, shownBy }: Opened, state: Volumetric, size: () => readonly [number, number]): Promise<string> {
  const base = inputOf(state, 0);
  const found = base && (await findInput(model, base));
  if (!base || !found) return t('Its images are not here.');
  const sample = found.set.images[found.at];
  if (sample && state.frame && frameOfReference(sample) !== state.frame) return t('Its volume lies in another frame of reference.');
  if (state.plane) return openPlanes(model, { label, shownBy }, state, state.plane, found);
  return state.render ? openPicture(model, cell, label, state, state.render, base, found, size) : '';
}

/** In the order of the components, else of the inputs. */
function inputOf({ inputs, components }: Volumetric, at: number): VolumetricInput | undefined {
  const component = components[at];
  return inputs.find((one) => one.number === component?.input) ?? inputs[at];
}

async function findInput(model: ViewerModel, { images, voi, crops }: VolumetricInput): Promise<Found | undefined> {
  const place = images[0] && (await placeOf(model, images[0]));
  const ref = place?.set.images[place.at];
  const plan = place && volumeOf(place.set, place.at);
  return place && ref && { ...place, cropping: typeof plan === 'object' ? croppingOf(plan.grid, crops) : undefined, voi: voi ?? identityVoi(ref.pixel, modalityOf(ref.dataset, ref.frame, ref.pixel), false) };
}

async function openPlanes(model: ViewerModel, { label, shownBy }: Opened, state: Volumetric, plane: PlaneView, { series, at, voi, cropping }: Found): Promise<string> {
  const { first, axes } = axesOf(plane);
  const kept = { series, at, point: middleOfView(plane), slab: plane.slab, steps: false, axes, path: [], drawnOn: first, curved: false, before: undefined, shownBy, ...(cropping && { cropping }) };
  const view = { ...FRESH, voi, inverted: state.inverted, colourMap: ownColours(label, state.components[0]) };
  const why = await model.multiplanar.openAs(kept, view, first);
  if (why) return why;
  const id = planeId(series, first);
  const [stage] = await Promise.all([shown(model, series, first), layUpper(model, label, state, id)]);
  const snap = stage?.snapshot();
  const rectangle = snap?.ref && rectangleOf(snap.ref);
  if (stage && snap && rectangle) stage.centre(Math.min((snap.width * rectangle.spacing.column) / plane.width, (snap.height * rectangle.spacing.row) / plane.height), toImage(rectangle, middleOfView(plane)));
  return '';
}

/** The second volume over the planes of the first. */
async function layUpper(model: ViewerModel, label: string, state: Volumetric, id: string): Promise<void> {
  const input = state.inputs.length > 1 ? inputOf(state, 1) : undefined;
  const found = input && (await findInput(model, input));
  if (!found) return;
  const component = state.components[1];
  const [low, high] = endsOf(found.voi);
  const window: Window = found.voi.kind === 'window' ? found.voi.window : { center: (low + high) / 2, width: high - low, function: 'LINEAR_EXACT', explanation: '' };
  const isShaded = component?.alpha === 'IDENTITY' || (component?.alpha !== undefined && new Set(component.alpha).size > 1);
  await layAgain(model, { [id]: { series: found.series, layer: { window, colourMap: ownColours(label, component), opacity: state.opacity, clear: isShaded }, ...(found.cropping && { cropping: found.cropping }) } });
}

/** '' without a palette. */
function ownColours(label: string, component: Component | undefined): string {
  if (!component?.palette) return '';
  const id = `state ${label} ${component.input}`;
  const words = Uint32Array.from({ length: 256 }, (_, i) => {
    const [r, g, b] = colourAt(component, i / 255).map(Math.round) as [number, number, number];
    return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
  });
  adoptColourMap({ id, name: label, words });
  return id;
}

/** The stage where a plane hangs, once it has drawn and is as large as it stays: what hung before may have filled the screen. */
async function shown(model: ViewerModel, series: string, first: PlaneKind): Promise<Stage | undefined> {
  const stageOf = (kind: PlaneKind) => model.multiplanar.stageOf(planeId(series, kind));
  const hasDrawn = (kind: PlaneKind) => {
    const snap = stageOf(kind)?.snapshot();
    return snap !== undefined && snap.shown >= 0 && snap.displaySet?.seriesInstanceUid === planeId(series, kind) && snap.width > 0;
  };
  await untilSo(model, () => PLANES.every(hasDrawn));
  for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  return hasDrawn(first) ? stageOf(first) : undefined;
}

async function openPicture(model: ViewerModel, cell: number, label: string, state: Volumetric, render: RenderView, { crops }: VolumetricInput, { series, set, at, voi }: Found, size: () => readonly [number, number]): Promise<string> {
  const plan = volumeOf(set, at);
  if (typeof plan === 'string') return refusalText(plan);
  const { grid } = plan;
  const eye = eyeOf(render);
  const [left, right, top, bottom] = render.field;
  const boxes = crops.flatMap((rule) => (rule.kind === 'box' ? [rule.corners] : []));
  const pixel = Math.min(...grid.steps.map((s) => Math.hypot(...s)));
  const points = transferPoints(voi, state.components[0], render.step || pixel);
  const isMaximum = render.method === 'MAXIMUM_IP';
  const own = { name: label, transfer: { points, maximum: isMaximum, lit: false } };
  const crop = cropOf(grid, boxes, eye.towards, render, centreOfVolume(grid));
  // The panel with its looks takes room from the picture, in which all of the field must be seen.
  model.update({ panel: true, tab: 'image' });
  for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  const [width, height] = size();
  const mm = Math.max((right - left) / Math.max(width, 1), (top - bottom) / Math.max(height, 1));
  const look3d: KeptThree = { preset: OWN_PRESET, eye: { ...eye, mm }, crop, shift: 0, stretch: 1, own };
  model.lookAt(series, { ...FRESH, index: at, three: true, look3d });
  model.showSeries(series, cell);
  return '';
}
