/** Radiotherapy over the images of a viewer: keeps the layers as the choices say, also after a reload. */
import { number, numbers, text, items, type DataSet } from '../../core/dicom-json';
import type { Point3 } from '../../core/geometry';
import { levelsOf, prescriptionOf, type DoseLevel } from '../../domain/dose-levels';
import { structuresOf, type Structure } from '../../domain/structures';
import type { Companion } from '../companions';
import { BeamOutlineLayer } from '../layers/beam-outline';
import { ContourLayer, type ContourLook } from '../layers/contours';
import { DoseLineLayer, DosePlanes, DoseWashLayer } from '../layers/dose';
import { IsocentreLayer, type Isocentre } from '../layers/isocentres';
import type { ViewerModel } from '../viewer-model';
import { loadDose, type LoadedDose } from './dose-load';
import { Deformed } from './deformed';
import { joinsOf, type Joins } from './joins';
import { Solids } from './solids';
import { plannedFor } from './planned';
import { colourOf, doses, isFieldOn, lookOf, namedIn, objectWith, plans, portals, structureSets, uidOf, USUAL_LEVELS, USUAL_OF_MAXIMUM, type Dose, type Look } from './objects';

const known = new WeakMap<ViewerModel, Therapy>();
const structures = new WeakMap<DataSet, Structure[]>();

/** Of one structure set, read once. */
export function structuresIn(ds: DataSet): Structure[] {
  let found = structures.get(ds);
  if (!found) structures.set(ds, (found = structuresOf(ds)));
  return found;
}

export function therapyOf(model: ViewerModel): Therapy {
  let therapy = known.get(model);
  if (!therapy) known.set(model, (therapy = new Therapy(model)));
  return therapy;
}

export class Therapy {
  private readonly life = new AbortController();
  private readonly loaded = new Map<string, LoadedDose>();
  private readonly forget: (() => void)[] = [];
  private readonly solids = new Map<string, Solids>();
  private readonly deformed = new Map<string, Deformed>();
  private drawn = '';
  private version = '';
  private readonly joins: Joins;

  constructor(private readonly model: ViewerModel) {
    this.joins = joinsOf(model);
  }

  /** From now on the layers follow what is chosen. Returns how to end it. */
  follow(): () => void {
    const sync = () => this.sync();
    this.forget.push(this.model.own.subscribe(sync), this.model.subscribe(sync));
    this.sync();
    return () => {
      this.life.abort();
      for (const forget of this.forget) forget();
      for (const made of [...this.solids.values(), ...this.deformed.values()]) made.remove();
      for (const layer of [...this.model.layers.all]) if (isOurs(layer.id)) this.model.layers.remove(layer.id);
      known.delete(this.model);
    };
  }

  private sync(): void {
    this.followJoins();
    const wanted = new Map<string, () => void>();
    for (const set of structureSets(this.model)) {
      const id = `contours:${uidOf(set.dataset)}`;
      if (lookOf(this.model, set).on) wanted.set(id, () => this.model.layers.put(new ContourLayer(id, structuresIn(set.dataset), () => contourLook(lookOf(this.model, set)), this.joins.place)));
    }
    for (const dose of doses(this.model)) if (lookOf(this.model, dose).on) this.wantDose(dose, wanted);
    for (const plan of plans(this.model)) {
      const id = `isocentre:${uidOf(plan.dataset)}`;
      if (lookOf(this.model, plan).on) wanted.set(id, () => this.model.layers.put(new IsocentreLayer(id, isocentresOf(plan.dataset), this.referenceOf(plan), this.joins.place)));
    }
    if (portals(this.model).length) wanted.set(FIELD, () => this.model.layers.put(new BeamOutlineLayer((series) => isFieldOn(this.model, series), (image) => plannedFor(this.model, image.dataset))));
    this.syncSolids();
    this.syncDeformed();
    for (const layer of [...this.model.layers.all]) if (isOurs(layer.id) && !wanted.has(layer.id)) this.model.layers.remove(layer.id);
    for (const [id, put] of wanted) if (!this.model.layers.get(id)) put();
    this.redrawIfOther();
  }

  /** Layers keep what they drew: with other registrations all is drawn anew. */
  private followJoins(): void {
    const all = [...structureSets(this.model), ...doses(this.model), ...plans(this.model)];
    if (all.some((one) => lookOf(this.model, one).on)) this.joins.want();
    const before = this.version;
    this.joins.refresh();
    this.version = this.joins.version;
    if (before === this.version) return;
    for (const dose of doses(this.model)) {
      const uid = uidOf(dose.dataset);
      const loaded = this.loaded.get(uid);
      if (loaded?.grid) this.loaded.set(uid, { ...loaded, planes: new DosePlanes(loaded.grid, text(dose.dataset, '00200052'), this.joins.place) });
    }
    for (const layer of [...this.model.layers.all]) if (isOurs(layer.id)) this.model.layers.remove(layer.id);
    for (const made of [...this.solids.values(), ...this.deformed.values()]) made.remove();
    this.solids.clear();
    this.deformed.clear();
  }

  /** Surfaces are made only while something is looked at in three dimensions. */
  private syncSolids(): void {
    const isLooked = [...this.model.stages.values()].some((stage) => stage.three);
    for (const set of structureSets(this.model)) {
      const uid = uidOf(set.dataset);
      const look = lookOf(this.model, set);
      const known = this.solids.get(uid);
      if (look.on && (isLooked || known)) {
        const solids = known ?? new Solids(this.model, `structures:${uid}`, structuresIn(set.dataset));
        this.solids.set(uid, solids);
        solids.update(look);
      } else if (known) {
        known.remove();
        this.solids.delete(uid);
      }
    }
  }

  private syncDeformed(): void {
    for (const set of structureSets(this.model)) {
      const uid = uidOf(set.dataset);
      const look = lookOf(this.model, set);
      const known = this.deformed.get(uid);
      if (look.on) {
        const deformed = known ?? new Deformed(this.model, `deformed:${uid}`, structuresIn(set.dataset));
        this.deformed.set(uid, deformed);
        deformed.update(look);
      } else if (known) {
        known.remove();
        this.deformed.delete(uid);
      }
    }
  }

  /** Why a structure set is not drawn through a deformable registration; '' where nothing is in the way. */
  troubleOf(set: Companion): string {
    return this.deformed.get(uidOf(set.dataset))?.trouble ?? '';
  }

  /** The model tells of much that is nothing here. */
  private redrawIfOther(): void {
    const looks = [...structureSets(this.model), ...doses(this.model), ...plans(this.model)].map((one) => lookOf(this.model, one));
    const now = JSON.stringify([looks.filter((l) => l.on), plans(this.model).length, portals(this.model).map((s) => isFieldOn(this.model, s.series.series_instance_uid))]);
    if (now !== this.drawn) this.model.layers.changed();
    this.drawn = now;
  }

  private wantDose(dose: Dose, wanted: Map<string, () => void>): void {
    const planes = this.dose(dose).planes;
    if (!planes) return;
    const look = () => ({ ...lookOf(this.model, dose), levels: this.levels(dose) });
    for (const [name, Kind] of [['dose-wash', DoseWashLayer], ['dose-lines', DoseLineLayer]] as const) {
      const id = `${name}:${uidOf(dose.dataset)}`;
      wanted.set(id, () => this.model.layers.put(new Kind(id, planes, look)));
    }
  }

  /** SOP Instance UID of the dose whose histograms are open; '' for none. */
  histograms = '';

  openHistograms(uid: string): void {
    this.histograms = uid;
    this.model.update();
  }

  /** A dose as far as it is here; fetched when it is asked for first. */
  dose(dose: Dose): LoadedDose {
    const uid = uidOf(dose.dataset);
    const found = this.loaded.get(uid);
    if (found) return found;
    this.loaded.set(uid, { words: '', failed: false, planes: undefined, grid: undefined });
    loadDose(dose, this.joins.place, this.life.signal, (now) => {
      this.loaded.set(uid, now);
      // Not within the drawing that asked.
      queueMicrotask(() => !this.life.signal.aborted && this.model.update());
    });
    return this.loaded.get(uid) as LoadedDose;
  }

  /** What percent are of; undefined where levels are doses. */
  reference(dose: Dose): number | undefined {
    const { of } = lookOf(this.model, dose);
    if (of === 'dose') return undefined;
    return (of === 'prescription' ? this.prescription(dose) : undefined) ?? this.dose(dose).grid?.largest;
  }

  /** Of the plan the dose belongs to, Gy. */
  prescription({ dataset }: Companion): number | undefined {
    const plan = this.named(dataset, '300C0002');
    return text(dataset, '30040002').toUpperCase() === 'GY' ? prescriptionOf(plan) : undefined;
  }

  levels(dose: Dose): DoseLevel[] {
    const grid = this.dose(dose).grid;
    const { levels, of } = lookOf(this.model, dose);
    if (!grid) return [];
    const usual = of === 'prescription' ? USUAL_LEVELS : of === 'maximum' ? USUAL_OF_MAXIMUM : USUAL_OF_MAXIMUM.map((p) => Number(((p * grid.largest) / 100).toPrecision(2)));
    return levelsOf(levels ?? usual, this.reference(dose), grid.unit);
  }

  /** Of a plan: its own, else of the structure set it was made on. */
  referenceOf({ dataset }: Companion): string {
    const set = this.named(dataset, '300C0060');
    return text(dataset, '00200052') || (set && structuresIn(set)[0]?.frameOfReference) || text(set, '00200052');
  }

  /** The first open object that a sequence refers to. */
  private named(ds: DataSet, sequence: string): DataSet | undefined {
    return namedIn(ds, sequence).map((uid) => objectWith(this.model, uid)?.dataset).find(Boolean);
  }
}

function contourLook(look: Look): ContourLook {
  return { ...look, colourOf: (structure) => colourOf(look, structure) };
}

const FIELD = 'beam-outline';

function isOurs(id: string): boolean {
  return id === FIELD || /^(contours|dose-wash|dose-lines|isocentre):/.test(id);
}

const MOST_BEAMS = 200;

/** Isocentres of all beams, those at one place together (PS3.3 C.8.8.14, C.8.8.25). */
export function isocentresOf(plan: DataSet): Isocentre[] {
  const found: { names: string[]; at: Point3 }[] = [];
  for (const beam of [...items(plan, '300A00B0'), ...items(plan, '300A03A2')].slice(0, MOST_BEAMS)) {
    const points = [...items(beam, '300A0111'), ...items(beam, '300A03A8')];
    const at = points.map((p) => numbers(p, '300A012C')).find((p) => p.length === 3) as Point3 | undefined;
    if (!at) continue;
    const name = text(beam, '300A00C2') || String(number(beam, '300A00C0') ?? '');
    const same = found.find((f) => Math.hypot(...f.at.map((v, i) => v - (at[i] ?? 0))) < 0.1);
    if (same) same.names.push(name);
    else found.push({ names: [name], at });
  }
  return found.map(({ names, at }) => ({ names: names.slice(0, 6).join(', '), at }));
}
