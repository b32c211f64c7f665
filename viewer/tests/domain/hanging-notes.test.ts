import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noteWords } from '../../domain/hanging-notes';

/** All that the server may say, with something at each value. */
function saidByTheServer(): string[] {
  const source = readFileSync(join(import.meta.dirname, '../../../src/readingroom/objects/hanging_reading.py'), 'utf8');
  return [...source.matchAll(/imported\.note\(\s*f?"([^"]+)"/g)].map((m) => (m[1] as string).replace(/\{[^{}]*\}/g, 'x.(y)'));
}

describe('noteWords', () => {
  it('knows every sentence of the server', () => {
    const said = saidByTheServer();
    expect(said.length).toBeGreaterThan(20);
    expect(said.filter((note) => noteWords(note).foreign || noteWords(note).words !== note)).toEqual([]);
  });
  it('keeps values as they are, odd ones too', () => {
    expect(noteWords('The anatomic region {value} $& <b> is not known here and not asked for.').words).toBe('The anatomic region {value} $& <b> is not known here and not asked for.');
    expect(noteWords('Selectors contradict each other about body_part: HEAD is taken.').words).toBe('Selectors contradict each other about body part: HEAD is taken.');
    expect(noteWords('Something new.')).toEqual({ words: 'Something new.', foreign: true });
  });
});
