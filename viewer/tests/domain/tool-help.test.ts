import { describe, expect, it } from 'vitest';
import { VIEWER_COMMANDS } from '../../domain/commands';
import { keyOf, USUAL_KEYS, withKey } from '../../domain/keys';
import { USUAL_MOUSE, type MouseChoice } from '../../domain/mouse';
import { helpOf, TOPICS, topicOf } from '../../domain/tool-help';

const hands = (mouse: Partial<MouseChoice> = {}, touch = false, keys = USUAL_KEYS) => ({ keyOf: (id: string) => keyOf(id, keys), mouse: { ...USUAL_MOUSE, ...mouse }, touch });

describe('what a tool does', () => {
  it('is told for every tool there is', () => {
    const tools = VIEWER_COMMANDS.filter((c) => c.group === 'Tool').map((c) => c.id);
    expect(tools.map(topicOf)).toEqual(tools.map((id) => id.slice('tool.'.length)));
    expect(['three.toggle', 'volume.max', 'volume.thinner', 'image.fit'].map(topicOf)).toEqual(['three', 'slab', 'slab', undefined]);
  });

  it.each([false, true])('has a title, a sentence and a gesture for each, by fingers: %s', (touch) => {
    for (const topic of TOPICS) {
      const help = helpOf(topic, hands({}, touch));
      expect(help.title).not.toBe('');
      expect(help.sentence).toMatch(/\.$/);
      expect(help.press === 'finger').toBe(touch);
    }
  });

  it('names button, wheel and keys as they are assigned', () => {
    expect(helpOf('window', hands())).toMatchObject({ press: 'left', key: 'W', always: ['Right drag'], sentence: expect.stringContaining('Left drag: sideways') as string });
    const turned = hands({ left: 'scroll', middle: 'chosen', right: 'pan', wheel: 'zoom', ctrlWheel: 'slab' }, false, withKey(USUAL_KEYS, 'tool.window', 'F8'));
    expect(helpOf('window', turned)).toMatchObject({ press: 'middle', key: 'F8', always: [], sentence: expect.stringContaining('Middle drag: sideways') as string });
    expect(helpOf('scroll', turned).always).toEqual(['Left drag']);
    expect(helpOf('zoom', turned)).toMatchObject({ always: ['Left + right drag', 'Wheel'], keys: ['+', '−'] });
    expect(helpOf('slab', turned)).toMatchObject({ press: 'ctrlWheel', sentence: 'Ctrl wheel: a thicker or thinner slab.', keys: ['Alt ↑', 'Alt ↓'] });
  });

  it('says so where no button does what is chosen', () => {
    expect(helpOf('pan', hands({ left: 'window' })).sentence).toMatch(/^No button of the mouse/);
    expect(helpOf('probe', hands({ left: 'window' })).sentence).toMatch(/^Point at the image/);
    expect(helpOf('slab', hands({ altWheel: 'nothing' })).sentence).toBe('The panel makes the slab thicker or thinner.');
  });
});
