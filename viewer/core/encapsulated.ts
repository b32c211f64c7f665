/** What an Encapsulated Document holds (PS3.3 C.24.2), told by its first bytes: what an object says of itself may be wrong. */
import { items, number, text, type DataSet } from './dicom-json';

export type DocumentForm = 'pdf' | 'xml' | 'stl' | 'obj' | 'mtl' | 'unknown';

/** MIME Type of Encapsulated Document, in small letters without parameters. */
export function claimedType(ds: DataSet): string {
  return (text(ds, '00420012').toLowerCase().split(';')[0] ?? '').trim();
}

/** Title and concept name, the first that is there; ''. */
export function titleOf(ds: DataSet): string {
  return text(ds, '00420010') || text(items(ds, '0040A043')[0], '00080104');
}

/** Without the byte that makes the value even: Encapsulated Document Length (0042,0015) tells it. */
export function withoutPadding(ds: DataSet, bytes: Uint8Array): Uint8Array {
  const said = number(ds, '00420015');
  return said !== undefined && said === bytes.length - 1 ? bytes.subarray(0, said) : bytes;
}

const CLAIMS: Record<string, DocumentForm> = {
  'application/pdf': 'pdf', 'text/xml': 'xml', 'application/xml': 'xml', 'model/stl': 'stl', 'application/sla': 'stl', 'model/obj': 'obj', 'model/mtl': 'mtl',
};

export function claimedForm(ds: DataSet): DocumentForm {
  return CLAIMS[claimedType(ds)] ?? 'unknown';
}

/** A PDF may begin within the first 1024 bytes (ISO 32000-1, annex H.3.4.1); XML with a byte order mark. */
export function formOf(bytes: Uint8Array): DocumentForm {
  const head = latin(bytes.subarray(0, 1024));
  if (head.includes('%PDF-')) return 'pdf';
  // UTF-16 has a null beside each of these.
  if (/^(\u00ef\u00bb\u00bf|\u00fe\u00ff|\u00ff\u00fe)?[\s\0]*<[\0]?[?!a-zA-Z]/.test(head)) return 'xml';
  if (/^\s*solid\b/i.test(head) || isBinaryStl(bytes)) return 'stl';
  if (/^(\s*#[^\n]*\n|\s*\n)*\s*newmtl\s/.test(head)) return 'mtl';
  if (/^(\s*#[^\n]*\n|\s*\n)*\s*(v|vn|vt|o|g|mtllib|usemtl|s)\s/.test(head)) return 'obj';
  return 'unknown';
}

/** 80 bytes of header, the number of triangles, 50 bytes each; more or fewer than it says are told when it is read. */
function isBinaryStl(bytes: Uint8Array): boolean {
  if (bytes.length < 84) return false;
  const count = new DataView(bytes.buffer, bytes.byteOffset + 80, 4).getUint32(0, true);
  return 84 + count * 50 === bytes.length;
}

function latin(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

const ENDINGS: Record<DocumentForm, string> = { pdf: 'pdf', xml: 'xml', stl: 'stl', obj: 'obj', mtl: 'mtl', unknown: 'bin' };

/** After the UID: names of people stand in no name of a file. */
export function fileName(ds: DataSet, form: DocumentForm): string {
  return `${text(ds, '00080018').replace(/[^0-9.]/g, '') || 'document'}.${ENDINGS[form]}`;
}
