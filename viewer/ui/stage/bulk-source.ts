/** Values that metadata only names (BulkDataURI), fetched into their attribute. */
import type { Attribute } from '../../core/dicom-json';
import { firstPart } from '../../core/multipart';
import { good } from '../server/http-server';

/** Rejects when the server does not give them. By the path only: behind a proxy that does not say where it is called, the URL may name the server behind it. */
export async function fetchBulk(attribute: Attribute): Promise<void> {
  const url = new URL(attribute.BulkDataURI ?? '', location.href);
  const response = await good(url.pathname + url.search, { headers: { Accept: 'multipart/related; type="application/octet-stream"' } });
  const bytes = new Uint8Array(await response.arrayBuffer());
  attribute.InlineBinary = toBase64(firstPart(response.headers.get('Content-Type') ?? '', bytes).body);
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
