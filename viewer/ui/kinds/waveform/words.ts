/** Names of intervals and units as the reader meets them. */
import { significant } from '../../../core/figures';
import { number, t } from '../../../core/language';
import type { CaliperName, IntervalLine } from '../../../domain/calipers';
import type { ChannelFilter } from '../../../core/waveform';
import { BASELINE_HZ, MUSCLE_HZ, type Filters } from '../../../core/waveform-filters';
import type { WaveformAnnotation } from '../../../core/waveform-annotations';

export const CALIPER_INKS: Record<CaliperName, string> = { rr: '#1b1a22', time: '#55402f', p: '#2b6a38', pr: '#1d5f9e', qrs: '#6b3fa0', qt: '#a2470a' };

export function caliperWords(name: CaliperName): string {
  return { rr: 'RR', p: 'P', pr: 'PR', qrs: 'QRS', qt: 'QT', time: 'Δt' }[name];
}

export function lineWords(id: IntervalLine['id']): string {
  if (id === 'hr') return t('Heart rate');
  if (id === 'qtcb') return 'QTc Bazett';
  if (id === 'qtcf') return 'QTc Fridericia';
  return id === 'time' ? t('Free time') : caliperWords(id);
}

export function sourceWords(line: IntervalLine): string {
  if (!line.from) return '';
  return line.from.kind === 'caliper' ? t('caliper') : t('mean of {count}', { count: line.from.count });
}

/** '0.05–150 Hz', with the notch the object tells; '' when it tells none. */
export function filterWords({ low, high, notch }: ChannelFilter): string {
  const band = low !== undefined || high !== undefined ? `${low === undefined ? '' : significant(low, 3)}–${high === undefined ? '' : significant(high, 4)} Hz` : '';
  return [band, notch ? t('notch {hertz} Hz', { hertz: String(notch) }) : ''].filter(Boolean).join(' · ');
}

/** What is filtered here: said on the picture while it is so. */
export function filteredWords({ baseline, muscle, mains }: Filters): string {
  const parts = [baseline && t('base line from {hertz} Hz', { hertz: String(BASELINE_HZ) }), muscle && t('muscle up to {hertz} Hz', { hertz: String(MUSCLE_HZ) }), mains && t('mains {hertz} Hz', { hertz: String(mains) })].filter(Boolean);
  return parts.length ? t('Filtered here: {filters}', { filters: parts.join(', ') }) : '';
}

/** '161 ms', '52 deg'. */
export function measured({ value, units }: WaveformAnnotation): string {
  return value === undefined ? '' : `${number(value)} ${units === '1' ? '' : units}`.trim();
}

/** '0:12.3', '3:04:05'. */
export function clock(seconds: number, decimals = 0): string {
  const unit = 10 ** decimals;
  const whole = Math.round(Math.abs(seconds) * unit) / unit;
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const rest = (whole % 60).toFixed(decimals).padStart(decimals ? 3 + decimals : 2, '0');
  return `${seconds < 0 ? '−' : ''}${hours ? `${hours}:${String(minutes).padStart(2, '0')}` : minutes}:${rest}`;
}

/** Seconds of '17:00:00', '3:04' or '12.5'; undefined for anything else. */
export function secondsOf(words: string): number | undefined {
  const parts = words.trim().replace(',', '.').split(':');
  if (parts.length > 3 || !parts.every((part) => /^\d{1,4}(\.\d{0,3})?$/.test(part))) return undefined;
  return parts.reduce((sum, part) => 60 * sum + Number(part), 0);
}
