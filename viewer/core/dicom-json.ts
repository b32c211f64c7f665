/** Reading the DICOM JSON model (PS3.18 F.2). Tags are eight upper case hex digits. Nothing here throws on odd input. */

export interface Attribute {
  vr: string;
  Value?: unknown[];
  InlineBinary?: string;
  BulkDataURI?: string;
}

export type DataSet = Record<string, Attribute>;

export interface PersonName {
  alphabetic: string;
  ideographic: string;
  phonetic: string;
}

const NO_VALUES: readonly unknown[] = [];

export function values(ds: DataSet | undefined, tag: string): readonly unknown[] {
  const value = ds?.[tag]?.Value;
  return Array.isArray(value) ? value : NO_VALUES;
}

/** All values as numbers. DS and IS may come as strings (PS3.18 F.2.3.1); what is no number is left out. */
export function numbers(ds: DataSet | undefined, tag: string): number[] {
  const out: number[] = [];
  for (const value of values(ds, tag)) {
    const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof n === 'number' && Number.isFinite(n)) out.push(n);
  }
  return out;
}

export function number(ds: DataSet | undefined, tag: string): number | undefined {
  return numbers(ds, tag)[0];
}

export function strings(ds: DataSet | undefined, tag: string): string[] {
  return values(ds, tag)
    .filter((v) => typeof v === 'string' || typeof v === 'number')
    .map((v) => String(v).trim());
}

/** First value, trimmed; '' when the attribute is absent or empty. */
export function text(ds: DataSet | undefined, tag: string): string {
  return strings(ds, tag)[0] ?? '';
}

export function items(ds: DataSet | undefined, tag: string): DataSet[] {
  return values(ds, tag).filter((v): v is DataSet => typeof v === 'object' && v !== null);
}

export function item(ds: DataSet | undefined, tag: string): DataSet | undefined {
  return items(ds, tag)[0];
}

export function personName(ds: DataSet | undefined, tag: string): PersonName {
  const value = values(ds, tag)[0];
  const part = (key: string) => {
    const v = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    return typeof v === 'string' ? v : '';
  };
  return {
    alphabetic: typeof value === 'string' ? value : part('Alphabetic'),
    ideographic: part('Ideographic'),
    phonetic: part('Phonetic'),
  };
}

/** Bytes of InlineBinary, undefined when the value is elsewhere (BulkDataURI), absent, or no base64. */
export function inlineBinary(ds: DataSet | undefined, tag: string): Uint8Array | undefined {
  const encoded = ds?.[tag]?.InlineBinary;
  if (typeof encoded !== 'string') return undefined;
  try {
    return Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}
