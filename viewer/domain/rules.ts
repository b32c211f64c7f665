/** Rules for what arrives, as the server tells them (docs/api.md, Rule), and what a person may write into one. */
import { span } from '../core/instants';
import { listOf, t } from '../core/language';

export const RULE_LEVELS = ['study', 'series', 'instance'] as const;
export type RuleLevel = (typeof RULE_LEVELS)[number];

export interface Rule {
  name: string;
  level: RuleLevel;
  /** 'Modality=CT': a keyword of PS3.6 or a tag, and a value as in a C-FIND key. All must hold. */
  keys: string[];
  send_to: string[];
  notify: string[];
  prepare: boolean;
  quiet_seconds: number;
  enabled: boolean;
  /** As the server tells it: what the rule failed at and leaves alone until then; both UIDs null: the whole rule. */
  resting?: readonly Resting[];
  /** Why the row of the rule cannot be read; such a rule does nothing. */
  damage?: string;
}

export interface Resting {
  study_uid: string | null;
  series_uid: string | null;
  /** ISO 8601. */
  until: string | null;
  why: string;
}

/** What a rule would do with something that is in the archive. */
export interface Trial {
  study_uid: string;
  series_uid: string;
  sop_uid: string;
  subject: string;
  send_to: string[];
  notify: string[];
  /** Nodes of the rule that all of it came from. */
  left_out: string[];
}

/** The server tries a rule on no more than that. */
export const MOST_TRIALS = 100;

export interface Attribute {
  keyword: string;
  name: string;
  level: RuleLevel;
  /** What a value may look like. */
  example: string;
}

/** What rules usually ask. Names of PS3.6; the level where the archive answers them (PS3.4 C.6.1). */
export const USUAL: readonly Attribute[] = [
  { keyword: 'ModalitiesInStudy', name: 'Modalities in Study', level: 'study', example: 'CT' },
  { keyword: 'StudyDescription', name: 'Study Description', level: 'study', example: '*Thorax*' },
  { keyword: 'PatientID', name: 'Patient ID', level: 'study', example: 'RESEARCH-*' },
  { keyword: 'PatientName', name: 'Patient’s Name', level: 'study', example: 'Doe^*' },
  { keyword: 'AccessionNumber', name: 'Accession Number', level: 'study', example: 'A2026*' },
  { keyword: 'ReferringPhysicianName', name: 'Referring Physician’s Name', level: 'study', example: 'Haas^*' },
  { keyword: 'StudyDate', name: 'Study Date', level: 'study', example: '20260101-' },
  { keyword: 'SendingApplicationEntityTitle', name: t('Sent by (AE title)'), level: 'study', example: 'CT1' },
  { keyword: 'Modality', name: 'Modality', level: 'series', example: 'CT' },
  { keyword: 'StationName', name: 'Station Name', level: 'series', example: 'CT1' },
  { keyword: 'SeriesDescription', name: 'Series Description', level: 'series', example: '*thin*' },
  { keyword: 'BodyPartExamined', name: 'Body Part Examined', level: 'series', example: 'CHEST' },
  { keyword: 'ProtocolName', name: 'Protocol Name', level: 'series', example: '*Stroke*' },
  { keyword: 'InstitutionName', name: 'Institution Name', level: 'series', example: 'City hospital' },
  { keyword: 'Manufacturer', name: 'Manufacturer', level: 'series', example: 'Siemens*' },
  { keyword: 'ManufacturerModelName', name: 'Manufacturer’s Model Name', level: 'series', example: 'Avanto' },
  { keyword: 'SOPClassUID', name: 'SOP Class UID', level: 'instance', example: '1.2.840.10008.5.1.4.1.1.7' },
  { keyword: 'ImageType', name: 'Image Type', level: 'instance', example: 'DERIVED' },
];

export function usualAttribute(keyword: string): Attribute | undefined {
  return USUAL.find((one) => one.keyword === keyword);
}

/** What may be asked of something of that level: its own attributes and those above it. */
export function usualAt(level: RuleLevel): Attribute[] {
  return USUAL.filter((one) => RULE_LEVELS.indexOf(one.level) <= RULE_LEVELS.indexOf(level));
}

const COUNTS: Record<RuleLevel, (n: number) => string> = {
  study: (n) => t('{n} {n|study|studies}', { n }), series: (n) => t('{n} {n|series|series}', { n }), instance: (n) => t('{n} {n|image|images}', { n }),
};

/** 'Studies, 30 s after the last image': what it acts on, and when. */
export function watchWords(rule: Pick<Rule, 'level' | 'quiet_seconds'>): string {
  if (rule.level === 'instance') return t('Each image, at once');
  return rule.level === 'study' ? t('Studies, quiet for {time}', { time: quietWords(rule.quiet_seconds) }) : t('Series, quiet for {time}', { time: quietWords(rule.quiet_seconds) });
}

function quietWords(seconds: number): string {
  return Number.isInteger(seconds) ? span(seconds) : `${seconds} s`;
}

/** 'Modality', 'CT' of 'Modality=CT'. */
export function splitKey(key: string): { attribute: string; value: string } {
  const at = key.indexOf('=');
  return at < 0 ? { attribute: key.trim(), value: '' } : { attribute: key.slice(0, at).trim(), value: key.slice(at + 1) };
}

function keyWord(key: string): string {
  const { attribute, value } = splitKey(key);
  return `${usualAttribute(attribute)?.name ?? attribute} ${value.split('\\').join(` ${t('or {#between values}')} `)}`;
}

/** 'Modality CT or MR, Station Name CT1'; '' without keys. */
export function keyWords(keys: readonly string[]): string {
  return keys.map(keyWord).join(', ');
}

/** The whole rule in one sentence. */
export function sentenceOf(rule: Rule): string {
  const keys = rule.keys.map(keyWord).join(` ${t('and {#between conditions}')} `);
  const does = [
    rule.send_to.length ? t('send it to {nodes}', { nodes: listOf(rule.send_to) }) : '',
    rule.notify.length ? t('tell {nodes} that it is here', { nodes: listOf(rule.notify) }) : '',
    rule.prepare ? t('prepare it for reading') : '',
  ].filter(Boolean);
  const then = does.length < 2 ? (does[0] ?? t('do nothing')) : t('{first}, and {last}', { first: does.slice(0, -1).join(', '), last: does.at(-1) ?? '' });
  const time = quietWords(rule.quiet_seconds);
  switch (rule.level) {
    case 'instance':
      return keys ? t('When an image with {keys} arrives: {then}.', { keys, then }) : t('When an image arrives: {then}.', { then });
    case 'series':
      return keys
        ? t('When nothing new has come to a series with {keys} for {time}: {then}.', { keys, time, then })
        : t('When nothing new has come to a series for {time}: {then}.', { time, then });
    default:
      return keys
        ? t('When nothing new has come to a study with {keys} for {time}: {then}.', { keys, time, then })
        : t('When nothing new has come to a study for {time}: {then}.', { time, then });
  }
}

/** Nodes of a rule that nobody knows any more: what it orders for them fails. */
export function strangers(rule: Pick<Rule, 'send_to' | 'notify'>, known: readonly string[]): string[] {
  return [...new Set([...rule.send_to, ...rule.notify])].filter((name) => !known.includes(name));
}

/** '3 rules, 1 off, 1 names a node that is not known'. */
export function bookWords(rules: readonly Rule[], known: readonly string[]): string {
  const off = rules.filter((rule) => !rule.enabled).length;
  const lost = rules.filter((rule) => strangers(rule, known).length).length;
  const parts = [t('{n} {n|rule|rules}', { n: rules.length })];
  if (off) parts.push(t('{n} off', { n: off }));
  if (lost) parts.push(t('{n} {n|names a node that is|name nodes that are} not known', { n: lost }));
  return parts.join(', ');
}

/** One line of the form. id: only to tell lines apart. */
export interface DraftKey {
  id: number;
  attribute: string;
  value: string;
}

/** A rule while somebody writes it. */
export interface RuleDraft extends Omit<Rule, 'keys' | 'quiet_seconds'> {
  keys: DraftKey[];
  quiet_seconds: string;
}

export const NEW_RULE: RuleDraft = { name: '', level: 'study', keys: [], send_to: [], notify: [], prepare: false, quiet_seconds: '30', enabled: true };

/** What the empty page offers to start from. */
export function exampleRule(known: readonly string[]): RuleDraft {
  const [first] = known;
  return draftOf({
    name: first ? t('CT to {node}', { node: first }).slice(0, LONGEST_NAME) : t('Prepare CT'), level: 'series', keys: ['Modality=CT'], send_to: first ? [first] : [], notify: [], prepare: !first, quiet_seconds: 30, enabled: true,
  });
}

export function draftOf(rule: Rule): RuleDraft {
  return { ...rule, keys: rule.keys.map((key, id) => ({ id, ...splitKey(key) })), quiet_seconds: String(rule.quiet_seconds) };
}

/** What the server is told. Raises nothing: ask `faultsOf` first. */
export function ruleOf(draft: RuleDraft): Rule {
  return { ...draft, name: draft.name.trim(), keys: draft.keys.map(keyOf), quiet_seconds: Number(draft.quiet_seconds) };
}

function keyOf(key: DraftKey): string {
  return `${key.attribute.trim()}=${key.value.trim()}`;
}

export function withKey(draft: RuleDraft): DraftKey[] {
  const id = Math.max(-1, ...draft.keys.map((key) => key.id)) + 1;
  const attribute = draft.level === 'study' ? 'ModalitiesInStudy' : 'Modality';
  const taken = draft.keys.some((key) => key.attribute === attribute);
  return [...draft.keys, { id, attribute: taken ? 'StudyDescription' : attribute, value: '' }];
}

/** The draft at another level: the modality is asked in the word of that level. */
export function atLevel(draft: RuleDraft, level: RuleLevel): RuleDraft {
  const [from, to] = level === 'study' ? ['Modality', 'ModalitiesInStudy'] : ['ModalitiesInStudy', 'Modality'];
  return { ...draft, level, keys: draft.keys.map((key) => (key.attribute === from ? { ...key, attribute: to } : key)) };
}

/** What cannot be, in words; empty words for what is plain to see. keys: by the id of the line. */
export interface RuleFaults {
  name?: string;
  quiet_seconds?: string;
  does?: string;
  keys: ReadonlyMap<number, string>;
}

const LONGEST_NAME = 64;
const LONGEST_QUIET = 86_400;

export function faultsOf(draft: RuleDraft): RuleFaults {
  const faults: RuleFaults = { keys: new Map(draft.keys.flatMap((key) => keyFault(key, draft.level))) };
  const name = draft.name.trim();
  if (!name) faults.name = '';
  else if ([...name].length > LONGEST_NAME) faults.name = t('{n} characters; a name has {most} at most', { n: [...name].length, most: LONGEST_NAME });
  const quiet = Number(draft.quiet_seconds);
  if (!/^\s*\d+(\.\d+)?\s*$/.test(draft.quiet_seconds) || quiet > LONGEST_QUIET) faults.quiet_seconds = t('Seconds, up to 86400 (one day)');
  if (!draft.send_to.length && !draft.notify.length && !draft.prepare) faults.does = '';
  return faults;
}

function keyFault(key: DraftKey, level: RuleLevel): [number, string][] {
  const usual = usualAttribute(key.attribute.trim());
  if (usual && !usualAt(level).includes(usual)) return [[key.id, level === 'study' ? t('{attribute} says nothing of a whole study', { attribute: usual.name }) : t('{attribute} says nothing of a whole series', { attribute: usual.name })]];
  return key.attribute.trim() && key.value.trim() ? [] : [[key.id, '']];
}

export function isSound(faults: RuleFaults): boolean {
  return faults.keys.size === 0 && faults.name === undefined && faults.quiet_seconds === undefined && faults.does === undefined;
}

/** Whether it can be tried: a name is not needed for that. */
export function canBeTried(faults: RuleFaults): boolean {
  const { name, ...others } = faults;
  return isSound(others) && !name;
}

/** A refusal of the server, said where it belongs; undefined when it belongs to no field. `facts`: field and key (docs/api.md). */
export function placed(draft: RuleDraft, status: number, words: string, facts: Readonly<Record<string, unknown>>): RuleFaults | undefined {
  const none = new Map<number, string>();
  if (status === 409 || facts.field === 'name') return { name: words, keys: none };
  if (facts.field === 'quiet_seconds') return { quiet_seconds: words, keys: none };
  if (facts.field === 'send_to') return { does: words, keys: none };
  const line = facts.field === 'keys' ? draft.keys.find((key) => keyOf(key) === facts.key) : undefined;
  return line && { keys: new Map([[line.id, words]]) };
}

/** The rule as far as a dry run depends on it; two drafts with the same one do the same. */
export function trialRule(draft: RuleDraft): Rule {
  return { ...ruleOf(draft), name: t('dry run'), enabled: true };
}

/** '3 series here meet it.' `n` of which the first hundred are told. */
export function trialWords(trials: readonly Trial[], level: RuleLevel): string {
  if (!trials.length) return t('Nothing that is here meets it.');
  if (trials.length >= MOST_TRIALS) return t('At least {things} here meet it; the first {n} are listed.', { things: COUNTS[level](trials.length), n: trials.length });
  return t('{things} here {n|meets|meet} it.', { things: COUNTS[level](trials.length), n: trials.length });
}

/** Those of one study with which the same would be done, told together. */
export interface TrialGroup {
  trial: Trial;
  count: number;
}

export function trialGroups(trials: readonly Trial[]): TrialGroup[] {
  const groups = new Map<string, TrialGroup>();
  for (const trial of trials) {
    const id = JSON.stringify([trial.study_uid, trial.send_to, trial.notify, trial.left_out]);
    const group = groups.get(id);
    if (group) group.count += 1;
    else groups.set(id, { trial, count: 1 });
  }
  return [...groups.values()];
}

/** '3 images'; '' for a study, which stands for itself. */
export function groupWords(group: TrialGroup, level: RuleLevel): string {
  return level === 'study' ? '' : COUNTS[level](group.count);
}

/** What would become of one of them, a line each. */
export interface Deed {
  kind: 'send' | 'notify' | 'prepare' | 'left out' | 'lost' | 'nothing';
  words: string;
}

export function deedsOf(trial: Trial, rule: Pick<Rule, 'prepare'>, known: readonly string[]): Deed[] {
  const lost = strangers(trial, known);
  const there = (names: readonly string[]) => names.filter((name) => !lost.includes(name));
  const [sent, told] = [there(trial.send_to), there(trial.notify)];
  const deeds: Deed[] = [];
  if (sent.length) deeds.push({ kind: 'send', words: t('would be sent to {nodes}', { nodes: listOf(sent) }) });
  if (told.length) deeds.push({ kind: 'notify', words: t('{nodes} {n|would be told|would be told}', { nodes: listOf(told), n: told.length }) });
  if (rule.prepare) deeds.push({ kind: 'prepare', words: t('would be prepared') });
  if (trial.left_out.length) deeds.push({ kind: 'left out', words: t('not to {nodes}: it came from there', { nodes: listOf(trial.left_out) }) });
  if (lost.length) deeds.push({ kind: 'lost', words: t('{nodes} {n|is|are} not known: that would fail', { nodes: listOf(lost), n: lost.length }) });
  return deeds.length ? deeds : [{ kind: 'nothing', words: t('nothing would be done') }];
}

/** Where the page is: which rule is selected, and what is being written. */
export interface RulesPlace {
  rule: string;
  writing: '' | 'new' | 'change';
}

export function rulesAddress({ rule, writing }: RulesPlace): string {
  const query = new URLSearchParams();
  if (rule) query.set('rule', rule);
  if (writing) query.set('form', writing);
  const text = query.toString();
  return text ? `/rules?${text}` : '/rules';
}

export function readPlace(search: string): RulesPlace {
  const query = new URLSearchParams(search);
  const form = query.get('form');
  return { rule: query.get('rule') ?? '', writing: form === 'new' || form === 'change' ? form : '' };
}
