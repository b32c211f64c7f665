/** Which hanging is for a study, and why. Pure functions over what is known: the study's detail, later its series' metadata. */
import { item, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { isComparable } from './compare';
import { oneCondition, type Condition, type HangingRule, type KeptHanging, type Screen } from './hangings';
import { pickCells, type Pool, type Picked } from './hanging-picks';
import { isCompanion, type StudyDetail } from './study';

/** What conditions are asked of; undefined: not known until metadata are here. */
export interface Facts {
  modality: readonly string[];
  body_part: readonly string[];
  description: string;
  laterality: readonly string[];
  view: readonly string[] | undefined;
  procedure: string | undefined;
  priors: number;
  /** Those of the same kind and body part. */
  comparable: number;
  species: string;
}

export type Verdict = 'yes' | 'no' | 'unknown';

export interface Matched {
  kept: KeptHanging;
  score: number;
  picked: Picked;
  /** A sentence: what matched, and how much of it is here. */
  why: string;
}

const HUMAN = /^(homo sapiens|human|person|)$/i;

/** Codes of the usual views (PS3.16 CID 4014), as newer and older objects write them. */
const VIEW_CODES: Record<string, string> = { '399162004': 'CC', 'R-10242': 'CC', '399368009': 'MLO', 'R-10226': 'MLO' };

/** View Position, else what the View Code Sequence says. */
export function viewOfImage(ds: DataSet): string {
  return text(ds, '00185101') || VIEW_CODES[text(item(ds, '00540220'), '00080100')] || '';
}

/** samples: objects of the series whose metadata are here, one at least of each. */
export function factsOf(study: StudyDetail, samples: readonly DataSet[], isAllRead = samples.length >= study.series.length): Facts {
  const series = study.series.filter((s) => s.is_image || !isCompanion(s.modality));
  const all = (values: readonly string[]) => [...new Set(values.filter(Boolean))];
  const views = all(samples.map(viewOfImage));
  const procedures = all(samples.flatMap((ds) => [text(ds, '00321060'), text(item(ds, '00081032'), '00080104'), text(item(ds, '00081032'), '00080100')]));
  return {
    modality: all(study.modalities.filter((m) => study.modalities.every(isCompanion) || !isCompanion(m))),
    body_part: all([...study.body_parts, ...series.map((s) => s.body_part_examined)]),
    description: study.study_description,
    laterality: all([...series.map((s) => s.laterality), ...samples.map((ds) => text(ds, '00200062'))]),
    // One series has one view: without the others' it is not known that none of them is another.
    view: isAllRead ? views : undefined,
    procedure: isAllRead || procedures.length ? procedures.join(' ') : undefined,
    priors: study.priors.length,
    comparable: study.priors.filter((prior) => isComparable(study, prior)).length,
    species: HUMAN.test(study.patient_species ?? '') ? '' : (study.patient_species ?? ''),
  };
}

export function verdictOf({ attribute, test, values }: Condition, facts: Facts): Verdict {
  if (attribute === 'priors' || attribute === 'comparable') return says(facts[attribute] >= Number(values[0] ?? 1));
  const fact = facts[attribute];
  if (fact === undefined) return 'unknown';
  const found = (typeof fact === 'string' ? [fact] : fact).map(plain).filter(Boolean);
  if (test === 'any') return says(found.length > 0);
  const passes = (value: string) => {
    if (test === 'is') return found.includes(value);
    if (test === 'contains') return found.some((f) => f.includes(value));
    return wordsOf(value).every((word) => found.some((f) => wordsOf(f).includes(word)));
  };
  return says(values.map(plain).filter(Boolean).some(passes));
}

/** The more a hanging asks for, the more it is meant for the study that passes. */
const WEIGHTS: Record<Condition['attribute'], number> = { modality: 10, body_part: 20, description: 30, laterality: 8, view: 8, procedure: 40, priors: 6, comparable: 8, species: 50 };
const OWN = 5;
const SHARED = 3;
const CHOSEN = 10_000;

/**
 * All that are for this study, the best first; a tie goes to the earlier in the list. screen: which of a hanging's screens hangs in this window.
 * chosen: the one that this reader made the default for such studies. A grid of which less than half would be filled is not hung by itself.
 */
export function matchesOf(all: readonly KeptHanging[], facts: Facts, pool: Pool, screen: (rule: HangingRule) => Screen | undefined, chosen?: KeptHanging['id']): Matched[] {
  const found = all.flatMap((kept): Matched[] => {
    const shown = screen(kept.hanging);
    const { conditions } = kept.hanging;
    if (kept.damage || !shown || !conditions.length) return [];
    if (!conditions.every((c) => verdictOf(c, facts) === 'yes')) return [];
    const picked = pickCells(shown, pool);
    if (!isWorthwhile(picked, typeof kept.id === 'string')) return [];
    const asked = conditions.reduce((sum, c) => sum + WEIGHTS[c.attribute], 0);
    const mine = typeof kept.id === 'string' ? 0 : kept.shared ? SHARED : OWN;
    // Never as much as a condition: the fuller grid, and of nearly full ones the larger.
    const filled = picked.found + picked.possible;
    const full = (filled / picked.asked + 0.3 * Math.min(filled, 8)) / 4;
    const score = asked + mine + full + (kept.id === chosen ? CHOSEN : 0);
    return [{ kept, score, picked, why: whyWords(kept.hanging, picked) }];
  });
  return found.sort((a, b) => b.score - a.score);
}

/** Of our own hangings a grid is for two series or more that fill two thirds of it; of a reader's half of the cells are enough. */
export function isWorthwhile({ asked, found, possible }: Picked, isUsual: boolean): boolean {
  const filled = found + possible;
  if (!isUsual) return filled > 0 && 2 * filled >= asked;
  return filled >= Math.min(asked, 2) && 3 * filled >= 2 * asked;
}

/** 'Matched: modality CT, body part HEAD. 2 of 3 series found.' */
export function whyWords({ conditions }: HangingRule, picked: Picked): string {
  const matched = conditions.length ? t('Matched: {conditions}.', { conditions: conditions.map(oneCondition).join(', ') }) : t('Chosen by the reader.');
  return `${matched} ${foundWords(picked)}`;
}

export function foundWords({ found, asked, possible }: Picked): string {
  if (possible) return t('{found} of {asked} series found, others are still read.', { found, asked });
  return t('{found} of {asked} series found.', { found, asked });
}

/** It may come to match when metadata are here: nothing speaks against it, and something is not known. */
export function isUndecided({ conditions }: HangingRule, facts: Facts): boolean {
  const verdicts = conditions.map((c) => verdictOf(c, facts));
  return verdicts.includes('unknown') && !verdicts.includes('no');
}

/** Why one is not for the study: the conditions that fail. */
export function whyNot(rule: HangingRule, facts: Facts): string {
  const failed = rule.conditions.filter((c) => verdictOf(c, facts) !== 'yes').map(oneCondition);
  return failed.length ? t('Not so here: {conditions}.', { conditions: failed.join(', ') }) : '';
}

/** What a default is kept for: studies of these kinds and body parts. */
export function kindKey(facts: Facts): string {
  return [[...facts.modality].sort().join('+'), [...facts.body_part].map((b) => b.toUpperCase()).sort().join('+'), facts.species.toUpperCase()].join('|').slice(0, 200);
}

function says(is: boolean): Verdict {
  return is ? 'yes' : 'no';
}

/** Without case and accents. */
export function plain(value: string): string {
  return value.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

export function wordsOf(value: string): string[] {
  return plain(value).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}
