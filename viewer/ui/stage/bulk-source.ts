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
  // By the path only: behind a proxy that does not say where it is called, the URL may name the server behind it.
  const url = new URL(attribute.BulkDataURI, location.href);
  const response = await good(url.pathname + url.search, { headers: { Accept: 'multipart/related; type="application/octet-stream"' }, signal: signal ?? null });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return firstPart(response.headers.get('Content-Type') ?? '', bytes).body;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
