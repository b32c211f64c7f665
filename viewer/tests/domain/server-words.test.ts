import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => vi.resetModules());

async function inGerman() {
  const { speak } = await import('../../core/language');
  const { default: german } = await import('../../languages/de.json');
  speak('de', german as Record<string, string>);
  return import('../../domain/server-words');
}

describe('sentences of the server', () => {
  it('are told in the language of the reader where they are known', async () => {
    const { isForeign, serverWords } = await inGerman();
    const words = serverWords('There is no such series here.', 'Not Found', 404);
    expect(words).toBe('Diese Serie gibt es hier nicht.');
    expect(isForeign(words)).toBe(false);
  });

  it('stay English where they are not, which can be asked', async () => {
    const { isForeign, serverWords } = await inGerman();
    const words = serverWords('Tile 7 of the codestream is odd.', 'Not Acceptable', 406);
    expect(words).toBe('Tile 7 of the codestream is odd.');
    expect(isForeign(words)).toBe(true);
    expect(serverWords('', 'Bad Gateway', 502)).toBe('Der Server hat nicht geantwortet.');
    expect(serverWords('', 'I am a teapot', 418)).toBe('I am a teapot');
  });

  it('are as they were in English', async () => {
    const { isForeign, serverWords } = await import('../../domain/server-words');
    expect(isForeign(serverWords('Anything else.', 'Conflict', 409))).toBe(false);
  });
});
