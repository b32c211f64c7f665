/**
 * Bring the catalogues in line with the source: missing texts are added with an empty translation (shown in English until
 * somebody writes one), texts that nobody uses any more are dropped, the order is that of the source. From the folder viewer:
 *
 *   node dev/catalogues.ts            all languages
 *   node dev/catalogues.ts pt         a new one
 *   node dev/catalogues.ts --missing  only print what is not translated, one JSON object a language
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textsOfSources, VIEWER } from './texts.ts';

const folder = join(VIEWER, 'languages');
const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const codes = asked.length ? asked : readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
const texts = [...new Set(textsOfSources().texts.map((found) => found.text))];

for (const code of codes) {
  const path = join(folder, `${code}.json`);
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {};
  const missing = texts.filter((text) => !known[text]);
  if (process.argv.includes('--missing')) {
    process.stdout.write(`${code} ${JSON.stringify(Object.fromEntries(missing.map((text) => [text, ''])), null, 1)}\n`);
    continue;
  }
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, known[text] ?? ''])), null, 1)}\n`);
  process.stdout.write(`${code}: ${texts.length} texts, ${missing.length} to be translated\n`);
}
