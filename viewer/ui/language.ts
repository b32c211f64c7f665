/** Which language this browser speaks: what was chosen here, else what the browser asks for. */
import { bestLanguage, LANGUAGES, speak, type Catalogue, type LanguageCode } from '../domain/language';

const KEY = 'rr.language';

/** Each catalogue is a file of its own; English needs none. */
const CATALOGUES: Record<Exclude<LanguageCode, 'en'>, () => Promise<{ default: Catalogue }>> = {
  de: () => import('../languages/de.json'),
  es: () => import('../languages/es.json'),
  fr: () => import('../languages/fr.json'),
  ja: () => import('../languages/ja.json'),
  ru: () => import('../languages/ru.json'),
};

/** To be awaited before the first module with a text is read. A catalogue that does not come leaves English. */
export async function speakChosen(): Promise<void> {
  const kept = keptLanguage();
  if (kept === 'stretched') return stretched();
  const wanted = bestLanguage(kept ? [...navigator.languages.filter((l) => l.startsWith(kept)), kept] : navigator.languages);
  const catalogue = wanted.code === 'en' ? {} : await CATALOGUES[wanted.code]().then((file) => file.default, () => undefined);
  if (catalogue) speak(wanted.code, catalogue, wanted.locale);
  document.documentElement.lang = catalogue ? wanted.code : 'en';
}

/** Kept for the browser, not the person: the login page speaks it too. Undefined for the browser's own. */
export function chooseLanguage(code: LanguageCode | undefined): void {
  try {
    if (code) localStorage.setItem(KEY, code);
    else localStorage.removeItem(KEY);
  } catch {
    // Private browsing: the choice cannot be kept.
  }
  location.reload();
}

export function keptLanguage(): string | undefined {
  try {
    const kept = localStorage.getItem(KEY) ?? undefined;
    return kept !== undefined && (kept === 'stretched' || Object.hasOwn(LANGUAGES, kept)) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** No language: English, 40 % longer, to see whether every screen has room (docs/languages.md). */
async function stretched(): Promise<void> {
  const { stretch } = await import('../languages/stretched');
  speak('en', stretch);
}
