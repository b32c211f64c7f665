/** The first part of a multipart/related answer (PS3.18 8.6.1.2), as servers really send it. */
import { t } from './language';

export interface Part {
  contentType: string;
  body: Uint8Array;
}

export class MultipartError extends Error {}

/** Value of a parameter of a media type: parameter('a/b; x="1"', 'x') is '1'. */
export function parameter(mediaType: string, name: string): string {
  const m = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(mediaType);
  return m?.[1] ?? m?.[2] ?? '';
}

/**
 * Read the first part. Content-Length in the part decides where it ends; without it the next boundary does.
 * A single-part answer is taken as it is. Throws MultipartError when no boundary is found.
 */
export function firstPart(contentType: string, bytes: Uint8Array): Part {
  if (!contentType.toLowerCase().startsWith('multipart/')) return { contentType, body: bytes };
  const boundary = ascii(`--${parameter(contentType, 'boundary')}`);
  const start = indexOf(bytes, boundary, 0);
  const headEnd = indexOf(bytes, ascii('\r\n\r\n'), Math.max(start, 0));
  if (start < 0 || headEnd < 0 || boundary.length === 2) throw new MultipartError(t('The answer of the server is no multipart message.'));
  const headers = headersOf(bytes.subarray(start + boundary.length, headEnd));
  const from = headEnd + 4;
  return { contentType: headers.get('content-type') ?? '', body: bytes.subarray(from, endOf(bytes, from, headers, boundary)) };
}

/** All parts in their order; of a single-part answer the one. Throws MultipartError when no boundary is found. */
export function allParts(contentType: string, bytes: Uint8Array): Part[] {
  const parts: Part[] = [];
  for (let rest = bytes; ;) {
    const part = firstPart(contentType, rest);
    parts.push(part);
    const end = part.body.byteOffset + part.body.byteLength - rest.byteOffset;
    const boundary = ascii(`--${parameter(contentType, 'boundary')}`);
    const next = indexOf(rest, boundary, end);
    // The last boundary is followed by two hyphens.
    if (next < 0 || boundary.length === 2 || (rest[next + boundary.length] === 45 && rest[next + boundary.length + 1] === 45)) return parts;
    rest = rest.subarray(next);
  }
}

function endOf(bytes: Uint8Array, from: number, headers: Map<string, string>, boundary: Uint8Array): number {
  const told = Number(headers.get('content-length') ?? NaN);
  if (Number.isInteger(told) && told >= 0 && from + told <= bytes.length) return from + told;
  const close = indexOf(bytes, Uint8Array.of(13, 10, ...boundary), from);
  return close < 0 ? bytes.length : close;
}

function headersOf(head: Uint8Array): Map<string, string> {
  const lines = new TextDecoder('latin1').decode(head).split('\r\n');
  return new Map(
    lines.filter((line) => line.includes(':')).map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()] as const;
    }),
  );
}

function ascii(s: string): Uint8Array {
  return Uint8Array.from(s, (c) => c.charCodeAt(0));
}

function matches(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const first = wanted[0] as number;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) if (matches(bytes, at, wanted)) return at;
  return -1;
}
