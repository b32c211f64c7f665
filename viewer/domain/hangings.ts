/** Hanging protocols: for which studies, and what hangs where (docs/api.md, PS3.3 C.23). Pure values. */
import { t } from '../core/language';
import type { PlaneKind } from '../core/image-plane';
import { MOST_ROWS } from './hanging';

export type Attribute = 'modality' | 'body_part' | 'description' | 'laterality' | 'view' | 'procedure' | 'priors' | 'comparable' | 'species';
export type Test = 'is' | 'contains' | 'words' | 'at_least' | 'any';
export type Role = '' | 'current' | 'prior' | 'navigation';

export interface Condition {
  attribute: Attribute;
  test: Test;
  values: readonly string[];
}

/** Which series or image. study: 0 for the one that is opened, n for its nth prior. What is missing asks for nothing. */
export interface Selector {
  study?: number;
  modality?: string;
  /** Contained, without case. */
  description?: string;
  body_part?: string;
  orientation?: PlaneKind | '';
  laterality?: string;
  view?: string;
  contrast?: boolean | null;
  /** Of MR: see `Sequence`. */
  sequence?: string;
  /** What is most like what hangs in this cell, from 1; it stands before. */
  like?: number;
  number?: number | null;
  /** Place in the mount of a full mouth, from 0 (domain/dental). */
  mount?: number;
  /** 1: the first that fits. */
  place?: number;
}

/** What is done with it; what is missing is as usual. window: centre and width. slab: mode and mm. over: a modality. */
export interface Show {
  window?: readonly [number, number] | null;
  preset?: '' | 'acquired' | 'full';
  size?: '' | 'fit' | 'true';
  plane?: PlaneKind | '3d' | '';
  over?: string;
  slab?: readonly ['max' | 'min' | 'mean', number] | null;
  tiles?: number;
  cine?: boolean;
  flip?: '' | 'h' | 'v';
  inverted?: boolean;
  colour?: string;
  justify?: '' | 'left' | 'right';
}

export interface Cell {
  /** The first that finds something hangs. */
  pick?: readonly Selector[];
  show?: Show;
}

export interface Screen {
  role: Role;
  rows: number;
  columns: number;
  cells: readonly Cell[];
}

export interface HangingRule {
  name: string;
  conditions: readonly Condition[];
  screens: readonly Screen[];
  linked: boolean;
}

/** id: of the server's, or 'usual.CT' of those that come with the viewer. */
export interface KeptHanging {
  id: number | string;
  shared: boolean;
  hanging: HangingRule;
  damage: string;
}

export const ATTRIBUTE_NAMES: Record<Attribute, string> = {
  modality: t('modality'), body_part: t('body part'), description: t('description'), laterality: t('side {#of the body}'), view: t('view {#of an image}'), procedure: t('procedure'), priors: t('earlier studies'), comparable: t('comparable earlier studies'), species: t('species'),
};

export const TEST_NAMES: Record<Test, string> = {
  is: t('is {#one of}'), contains: t('contains {#text}'), words: t('has the words'), at_least: t('at least {#so many}'), any: t('is known {#has a value}'),
};

export const ROLE_NAMES: Record<Role, string> = {
  '': t('any window'), current: t('current study'), prior: t('earlier studies'), navigation: t('overview'),
};

const MOST_SCREENS = 8;

/** A hanging of the server; undefined for what is none: an older viewer and a newer server may meet. */
export function readKept(value: unknown): KeptHanging | undefined {
  const v = value as Partial<KeptHanging> | null;
  if (typeof v !== 'object' || v === null || !['number', 'string'].includes(typeof v.id)) return undefined;
  const hanging = readRule(v.hanging);
  const damage = typeof v.damage === 'string' ? v.damage : '';
  if (!hanging && !damage) return undefined;
  return { id: v.id as number, shared: v.shared === true, hanging: hanging ?? { name: String(v.hanging?.name ?? ''), conditions: [], screens: [], linked: false }, damage };
}

export function readRule(value: unknown): HangingRule | undefined {
  const v = value as Partial<HangingRule> | null;
  if (typeof v !== 'object' || v === null || typeof v.name !== 'string' || !Array.isArray(v.screens)) return undefined;
  const screens = v.screens as Screen[];
  if (!screens.length || screens.length > MOST_SCREENS || !screens.every(isScreen)) return undefined;
  const conditions = Array.isArray(v.conditions) ? (v.conditions as Condition[]) : [];
  if (!conditions.every((c) => typeof c === 'object' && c !== null && c.attribute in ATTRIBUTE_NAMES && c.test in TEST_NAMES && Array.isArray(c.values))) return undefined;
  return { name: v.name, conditions, screens, linked: v.linked === true };
}

function isScreen(value: unknown): boolean {
  const s = value as Partial<Screen> | null;
  const isSide = (n: unknown) => Number.isInteger(n) && Number(n) >= 1 && Number(n) <= MOST_ROWS;
  if (typeof s !== 'object' || s === null || !isSide(s.rows) || !isSide(s.columns) || !Array.isArray(s.cells)) return false;
  return s.cells.length === Number(s.rows) * Number(s.columns) && s.cells.every((c: unknown) => typeof c === 'object' && c !== null);
}

/** The screen for a window: of its role, else of its number; undefined when there is none for it. place: from 1. */
export function screenFor(rule: HangingRule, role: Role, place: number): Screen | undefined {
  return (role ? rule.screens.find((s) => s.role === role) : undefined) ?? rule.screens[place - 1];
}

/** 'modality CT, MR; body part HEAD'; for nothing: any study. */
export function conditionWords(conditions: readonly Condition[]): string {
  return conditions.map(oneCondition).join('; ') || t('any study');
}

export function oneCondition({ attribute, test, values }: Condition): string {
  const name = ATTRIBUTE_NAMES[attribute];
  const said = values.join(', ');
  if (test === 'any') return t('{attribute} known', { attribute: name });
  if (test === 'contains') return t('{attribute} with “{text}”', { attribute: name, text: said });
  if (test === 'words') return t('{attribute} with the words {text}', { attribute: name, text: said });
  if (attribute === 'comparable') return t('{count} or more earlier studies of the same kind and body part', { count: said });
  if (test === 'at_least') return t('{count} or more earlier studies', { count: said });
  return `${name} ${said}`;
}

/** '2 × 2', '1 × 2 + 1 × 1'. */
export function gridWords(rule: HangingRule): string {
  return rule.screens.map((s) => `${s.rows} × ${s.columns}`).join(' + ');
}

/** 'CT cor “bone”, MPR', what a cell asks for first; '' for an empty one. */
export function cellWords(cell: Cell): string {
  const s = cell.pick?.[0];
  if (!s) return '';
  const plane = s.orientation ? PLANE_NAMES[s.orientation] : '';
  const words = [s.modality, s.body_part, s.laterality, s.view, plane, s.sequence, s.description && `“${s.description}”`, s.contrast === true && t('with contrast'), s.contrast === false && t('without contrast')];
  const number = s.number === null || s.number === undefined ? '' : t('series {number}', { number: String(s.number) });
  const study = s.study ? t('earlier study {number}', { number: String(s.study) }) : '';
  const like = s.like ? t('like cell {number}', { number: String(s.like) }) : '';
  const nth = (s.place ?? 1) > 1 ? `#${s.place}` : '';
  return [...words, number, nth, study, like, showWords(cell.show ?? {})].filter(Boolean).join(' ') || t('first series');
}

export const PLANE_NAMES: Record<PlaneKind | '3d', string> = { ax: t('axial'), cor: t('coronal'), sag: t('sagittal'), '3d': t('3D') };

function showWords(show: Show): string {
  const words = [
    show.plane && show.plane !== '3d' && `MPR ${PLANE_NAMES[show.plane]}`,
    show.plane === '3d' && PLANE_NAMES['3d'],
    show.over && t('with {modality} over it', { modality: show.over }),
    show.tiles && show.tiles > 1 && `${show.tiles} × ${show.tiles}`,
    show.window && `W ${show.window[1]} L ${show.window[0]}`,
    show.cine && t('cine {#plays}'),
    show.size === 'true' && t('true size'),
    show.inverted && t('inverted'),
  ].filter(Boolean);
  return words.length ? `· ${words.join(', ')}` : '';
}
