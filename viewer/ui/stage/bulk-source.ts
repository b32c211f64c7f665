/** Values that metadata only names (BulkDataURI), fetched into their attribute. */
import type { Attribute } from '../../core/dicom-json';
import { firstPart } from '../../core/multipart';
import { good } from '../server/http-server';

/** Rejects when the server does not give them. */
export async function fetchBulk(attribute: Attribute): Promise<void> {
  attribute.InlineBinary = toBase64(await bulkBytes(attribute));
}

/** Bytes of a value, little endian, wherever it is; empty for none. Rejects when the server does not give them. */
export async function bulkBytes(attribute: Attribute | undefined, signal?: AbortSignal): Promise<Uint8Array> {
  if (attribute?.InlineBinary !== undefined) return Uint8Array.from(atob(attribute.InlineBinary), (c) => c.charCodeAt(0));
  if (attribute?.BulkDataURI === undefined) return new Uint8Array();
  const response = await good(pathOf(attribute.BulkDataURI), { headers: { Accept: 'multipart/related; type="application/octet-stream"' }, signal: signal ?? null });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return firstPart(response.headers.get('Content-Type') ?? '', bytes).body;
}

/** By the path only: behind a proxy that does not say where it is called, the URL may name the server behind it. */
function pathOf(uri: string): string {
  const url = new URL(uri, location.href);
  return url.pathname + url.search;
}

export interface BulkRange {
  bytes: Uint8Array<ArrayBuffer>;
  /** Where they begin, and how long all of the value is. */
  from: number;
  total: number;
}

/**
 * Bytes from..to (not included) of a value on the server (RFC 9110 14; PS3.18 8.7.3). A proxy that takes the range away gives all of it:
 * then all is returned. Rejects when the server does not give them.
 */
export async function bulkRange(uri: string, from: number, to: number, options: { signal?: AbortSignal; priority?: RequestPriority } = {}): Promise<BulkRange> {
  const response = await good(pathOf(uri), { headers: { Accept: 'application/octet-stream', Range: `bytes=${from}-${to - 1}` }, ...options });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const said = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '');
  return response.status === 206 && said ? { bytes, from: Number(said[1]), total: Number(said[2]) } : { bytes, from: 0, total: bytes.length };
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
