/** Encapsulated documents: what they are is told by their first bytes, not by what the object says. */
import './style.css';
import { lazy, Suspense, type ReactElement } from 'react';
import { claimedForm, claimedType, fileName, formOf, type DocumentForm } from '../../../core/encapsulated';
import { t } from '../../../core/language';
import { saveBytes } from '../../parts/browser';
import type { KindProps } from '../kind-view';
import { useHeld } from './use-held';
import { Unreadable } from './unreadable';

const Pdf = lazy(() => import('./pdf'));
const Cda = lazy(() => import('./cda'));

export default function DocumentView(props: KindProps): ReactElement {
  const { object } = props;
  const { bytes, error, again } = useHeld(object);
  if (error) return <Unreadable title={t('This document cannot be shown.')} detail={error}><button className="btn" onClick={again} data-testid="try-again">{t('Try again')}</button></Unreadable>;
  if (!bytes) return <p className="pad t3">{t('Loading')}</p>;
  const form = formOf(bytes);
  const save = () => saveBytes(bytes, fileName(object, form));
  const claim = claimedType(object);
  const differs = claimedForm(object) !== form && claim !== '';
  return (
    <>
      {differs && form !== 'unknown' && <p className="note docnote" role="status" data-testid="document-claim">{t('The object says that it holds {claim}; it holds {form}.', { claim, form: NAMES[form] })}</p>}
      <Suspense fallback={<p className="pad t3">{t('Loading')}</p>}>
        {form === 'pdf' && <Pdf {...props} bytes={bytes} onSave={save} />}
        {form === 'xml' && <Cda {...props} bytes={bytes} onSave={save} />}
      </Suspense>
      {form !== 'pdf' && form !== 'xml' && <Unreadable title={t('This document cannot be shown.')} detail={claim ? t('The object says that it holds {claim}, but it is neither a PDF nor a clinical document.', { claim }) : t('It is neither a PDF nor a clinical document.')} onSave={save} />}
    </>
  );
}

const NAMES: Record<DocumentForm, string> = { pdf: 'PDF', xml: 'XML', stl: 'STL', obj: 'OBJ', mtl: 'MTL', unknown: '' };
