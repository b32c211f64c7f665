/** The languages by their own names: who cannot read the present one finds his. */
import type { ReactElement } from 'react';
import { language, LANGUAGES, t, type LanguageCode } from '../../core/language';
import { chooseLanguage } from '../language';

const CODES = Object.keys(LANGUAGES) as LanguageCode[];

/** Entries of a menu. */
export function LanguageItems(): ReactElement {
  return (
    <div role="group" aria-label={t('Language')}>
      <div className="h" aria-hidden>{t('Language')}</div>
      {CODES.map((code) => (
        <button key={code} className={`it ${code === language() ? 'on' : ''}`} role="menuitemradio" aria-checked={code === language()} lang={code} onClick={() => chooseLanguage(code)} data-testid={`language-${code}`}>
          {LANGUAGES[code]}
        </button>
      ))}
    </div>
  );
}

/** One field, where there is no menu. */
export function LanguageField(): ReactElement {
  return (
    <select className="field" aria-label={t('Language')} value={language()} onChange={(e) => chooseLanguage(e.target.value as LanguageCode)} data-testid="language">
      {CODES.map((code) => <option key={code} value={code} lang={code}>{LANGUAGES[code]}</option>)}
    </select>
  );
}
