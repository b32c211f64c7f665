/** ECG leads by their codes (PS3.16 CID 3001) and how those that were not recorded follow from others. */
import type { Channel } from './waveform';

export const TWELVE = ['I', 'II', 'III', 'aVR', 'aVL', 'aVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;
export type Lead = (typeof TWELVE)[number];

/** The number behind '2:' (MDC) and '5.6.3-9-' (SCPECG). */
const NAMES: Record<string, string> = {
  1: 'I', 2: 'II', 3: 'V1', 4: 'V2', 5: 'V3', 6: 'V4', 7: 'V5', 8: 'V6', 9: 'V7', 10: 'V2R', 11: 'V3R', 12: 'V4R', 13: 'V5R', 14: 'V6R', 15: 'V7R',
  16: 'X', 17: 'Y', 18: 'Z', 61: 'III', 62: 'aVR', 63: 'aVL', 64: 'aVF', 65: '−aVR', 66: 'V8', 67: 'V9', 68: 'V8R', 69: 'V9R',
};
const PREFIXES: Record<string, string> = { MDC: '2:', SCPECG: '5.6.3-9-' };
const BY_WORD = new Map<string, string>(Object.values(NAMES).map((name) => [name.toLowerCase(), name]));

/** By the code, else by what it means or the label says; undefined for another channel. */
export function leadOf({ source, label }: Pick<Channel, 'source' | 'label'>): string | undefined {
  const prefix = PREFIXES[source.scheme];
  if (prefix !== undefined && source.value.startsWith(prefix)) return NAMES[source.value.slice(prefix.length)];
  for (const name of [source.meaning, label]) {
    const word = name.toLowerCase().replace(/^lead\b/, '').trim().split(/\s+/)[0] ?? '';
    const found = BY_WORD.get(word);
    if (found) return found;
  }
  return undefined;
}

/** What a channel is called beside its trace; never empty. */
export function nameOf(channel: Channel): string {
  return leadOf(channel) ?? (channel.label || channel.source.meaning || channel.source.value || `${channel.number}`);
}

/** Limb leads by those of Einthoven and Goldberger: factors of I and II. */
const DERIVED: Partial<Record<Lead, readonly [number, number]>> = { III: [-1, 1], aVR: [-0.5, -0.5], aVL: [1, -0.5], aVF: [-0.5, 1] };

/** Factors of leads I and II that give this one; undefined when they do not. */
export function fromFirstTwo(lead: string): readonly [number, number] | undefined {
  return DERIVED[lead as Lead];
}
