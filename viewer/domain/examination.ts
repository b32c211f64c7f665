/** What the connectivity doctor finds at a node (docs/api.md), and what is said about it in one line. */
import { clockOrDay } from '../core/instants';
import { number, t } from '../core/language';

export type Outcome = 'fine' | 'warning' | 'failed' | 'not tried';

export interface Accepted {
  uid: string;
  name: string;
  transfer_syntaxes: string[];
}

export interface Step {
  name: string;
  outcome: Outcome;
  said: string;
  remedy: string;
  seconds: number;
  /** Storage classes, of the step "contexts" only. */
  accepted?: Accepted[];
  /** Service classes, of the same step. */
  services?: Accepted[];
}

export interface ExaminationEnd {
  failed: boolean;
  /** What went over the line, without data of patients. */
  trace?: string;
}

/** One test of a node in this window: it goes on until `end` or `lost` is there. */
export interface Examination {
  /** When it began, ISO 8601. */
  at: string;
  steps: readonly Step[];
  end: ExaminationEnd | undefined;
  /** Why the test itself broke off, '' when it did not. */
  lost: string;
}

const NAMES: Record<string, string> = {
  name: t('Its address'), connection: t('Connection'), tls: 'TLS', association: t('Association'), echo: t('Echo'), find: t('Search'), move: t('C-MOVE to us'),
  get: 'C-GET', commitment: t('Storage commitment'), contexts: t('What it takes'),
};

export function stepName(step: Step): string {
  return Object.hasOwn(NAMES, step.name) ? (NAMES[step.name] ?? step.name) : step.name;
}

const SHORT: Record<string, string> = {
  name: t('No such host'), connection: t('Does not answer'), tls: t('TLS fails'), association: t('Refuses us'), echo: t('Echo fails'), find: t('Search fails'),
  move: t('C-MOVE fails'), get: t('C-GET fails'), commitment: t('Commitment fails'), contexts: t('Takes nothing'),
};

export interface Verdict {
  outcome: Outcome | 'running';
  words: string;
}

/** One line for the table: the first failure, else the first warning, else that it answers. */
export function verdictOf(examination: Examination | undefined): Verdict {
  if (!examination) return { outcome: 'not tried', words: t('Not tested yet') };
  if (examination.lost) return { outcome: 'not tried', words: t('Test broke off') };
  const failed = examination.steps.find((step) => step.outcome === 'failed');
  if (failed) return { outcome: 'failed', words: SHORT[failed.name] ?? t('{step} fails', { step: stepName(failed) }) };
  if (!examination.end) return { outcome: 'running', words: t('Being tested') };
  const warned = examination.steps.find((step) => step.outcome === 'warning');
  if (warned) return { outcome: 'warning', words: t('Answers; look at: {step}', { step: stepName(warned) }) };
  return { outcome: 'fine', words: t('Answers') };
}

/** What likely helps: the remedies of what failed or was doubtful, each once. */
export function remediesOf(steps: readonly Step[]): string[] {
  return [...new Set(steps.filter((step) => step.outcome !== 'fine').map((step) => step.remedy))].filter(Boolean);
}

/** Steps in lines: those that were not tried for the same reason share one. */
export function linesOf(steps: readonly Step[]): Step[][] {
  const lines: Step[][] = [];
  for (const step of steps) {
    const last = lines.at(-1);
    const same = last?.[0]?.outcome === 'not tried' && step.outcome === 'not tried' && last[0].said === step.said;
    if (last && same) last.push(step);
    else lines.push([step]);
  }
  return lines;
}

/** '0.4 ms', '41 ms', '1.2 s'; '' for what took no time. */
export function took(seconds: number): string {
  if (!(seconds > 0)) return '';
  if (seconds < 0.01) return `${number(seconds * 1000, 1)} ms`;
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${number(seconds, 1)} s`;
}

/** How long the echo took: the time column of the table. */
export function echoTime(examination: Examination | undefined): string {
  const echo = examination?.steps.find((step) => step.name === 'echo' && step.outcome === 'fine');
  return echo ? took(echo.seconds) : '';
}

export function testedAt(examination: Examination | undefined, now: Date): string {
  return examination ? clockOrDay(examination.at, now) : '';
}

/** '4 nodes known, 1 fails, 1 needs a look'. */
export function knownWords(count: number, verdicts: readonly Verdict[]): string {
  const fails = verdicts.filter((v) => v.outcome === 'failed').length;
  const looks = verdicts.filter((v) => v.outcome === 'warning').length;
  return [t('{n} known', { n: count }), fails ? t('{n} {n|fails|fail}', { n: fails }) : '', looks ? t('{n} {n|needs|need} a look', { n: looks }) : ''].filter(Boolean).join(', ');
}
