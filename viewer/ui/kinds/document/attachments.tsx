/** Files that a PDF carries, by name: they are not opened here. */
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { useEffect, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';

const [MOST, LONGEST] = [100, 200];

export function Attachments({ pdf }: { pdf: PDFDocumentProxy }): ReactElement | null {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    let gone = false;
    void namesOf(pdf).then((found) => !gone && setNames(found));
    return () => {
      gone = true;
    };
  }, [pdf]);
  if (!names.length) return null;
  return (
    <p className="note docnote" data-testid="document-attachments">
      {t('It carries {count} {count|file|files}: {names}. Save the document to open them.', { count: names.length, names: names.join(', ') })}
    </p>
  );
}

async function namesOf(pdf: PDFDocumentProxy): Promise<string[]> {
  const found: unknown = await pdf.getAttachments().catch(() => null);
  const all: unknown[] = found instanceof Map ? [...(found as Map<string, unknown>).values()] : Object.values((found ?? {}) as Record<string, unknown>);
  // Marks that turn the direction of writing could make one name look like another.
  return all.slice(0, MOST).map((one) => String((one as { filename?: unknown } | null)?.filename ?? '').replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, LONGEST)).filter(Boolean);
}
