/** The chosen line: its whole value, to be copied; bytes by their size, saved or looked at as text or as numbers. */
import { useEffect, useState, type ReactElement } from 'react';
import type { Attribute } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { lineText, wholeValue, type TagLine } from '../../../domain/tag-lines';
import { saveBytes } from '../../parts/browser';
import { good } from '../../server/http-server';
import { bulkBytes } from '../../stage/bulk-source';

const MOST_SHOWN = 4096;

export function Detail({ line, onCopy }: { line: TagLine; onCopy: (text: string) => void }): ReactElement {
  const { attribute, tag, name, vr, length } = line;
  const isBytes = attribute !== undefined && (attribute.BulkDataURI !== undefined || attribute.InlineBinary !== undefined);
  const value = wholeValue(line);
  return (
    <div className="tagdetail" role="region" aria-label={t('Chosen tag')} data-testid="tag-detail">
      <div className="t2">{[tag, name, vr, length === undefined ? '' : t('{count} {count|byte|bytes}', { count: length })].filter(Boolean).join(' · ')}</div>
      {isBytes ? <Bytes attribute={attribute} tag={tag} /> : <div className="tagvalue" tabIndex={0} data-testid="tag-value">{value || '–'}</div>}
      {line.other && line.differs && <div className="tagvalue v2">{line.other}</div>}
      <div className="row gap4">
        {!isBytes && <button className="btn low" onClick={() => onCopy(value)} data-testid="tag-copy-value">{t('Copy the value')}</button>}
        <button className="btn low" onClick={() => onCopy(lineText(line))} data-testid="tag-copy-row">{t('Copy the row')}</button>
      </div>
    </div>
  );
}

function Bytes({ attribute, tag }: { attribute: Attribute; tag: string }): ReactElement {
  const [size, setSize] = useState<number>();
  const [shown, setShown] = useState('');
  useEffect(() => {
    let gone = false;
    void sizeOf(attribute).then((bytes) => !gone && setSize(bytes));
    return () => {
      gone = true;
    };
  }, [attribute]);
  const withBytes = (use: (bytes: Uint8Array) => void) => void bulkBytes(attribute).then(use, (e: unknown) => setShown(e instanceof Error ? e.message : String(e)));
  return (
    <>
      <div className="row gap4">
        <span className="num" data-testid="tag-bytes">{size === undefined ? t('bulk data') : t('{count} {count|byte|bytes}', { count: size })}</span>
        <button className="btn low" onClick={() => withBytes((bytes) => setShown(asText(bytes)))} data-testid="tag-as-text">{t('As text')}</button>
        <button className="btn low" onClick={() => withBytes((bytes) => setShown(asHex(bytes)))} data-testid="tag-as-hex">{t('As numbers')}</button>
        <button className="btn low" onClick={() => withBytes((bytes) => saveBytes(bytes, `${tag.replace(',', '')}.bin`))} data-testid="tag-save">{t('Save the bytes')}</button>
      </div>
      {shown && <pre className="tagvalue mono" tabIndex={0} data-testid="tag-value">{shown}</pre>}
    </>
  );
}

/** Undefined where the server does not say. */
async function sizeOf({ InlineBinary: inline, BulkDataURI: address }: Attribute): Promise<number | undefined> {
  if (inline !== undefined) return Math.floor((inline.replace(/=+$/, '').length * 3) / 4);
  try {
    const url = new URL(address ?? '', location.href);
    const response = await good(url.pathname + url.search, { method: 'HEAD', headers: { Accept: 'application/octet-stream' } });
    const length = Number(response.headers.get('Content-Length') ?? NaN);
    return Number.isFinite(length) ? length : undefined;
  } catch {
    return undefined;
  }
}

function more(bytes: Uint8Array): string {
  return bytes.length > MOST_SHOWN ? `\n${t('… of {count} bytes', { count: bytes.length })}` : '';
}

/** What is no text becomes points. */
function asText(bytes: Uint8Array): string {
  // eslint-disable-next-line no-control-regex -- these are what is taken out
  return new TextDecoder().decode(bytes.subarray(0, MOST_SHOWN)).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffd\u202a-\u202e\u2066-\u2069]/g, '·') + more(bytes);
}

/** Sixteen in a row, with their place. */
function asHex(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST_SHOWN); at += 16) {
    const row = bytes.subarray(at, at + 16);
    rows.push(`${at.toString(16).padStart(6, '0')}  ${[...row].map((b) => b.toString(16).padStart(2, '0')).join(' ')}`);
  }
  return rows.join('\n') + more(bytes);
}
