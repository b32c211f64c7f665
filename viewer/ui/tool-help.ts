/** Which tool is explained on the image, and which were used before and need it no more. */
import { isTopics, type Topic } from '../domain/tool-help';
import { choose, chosen } from './preferences';

const [SHOWN, USED] = ['tool-help', 'tool-help.used'];

const isSwitch = (value: unknown): value is boolean => typeof value === 'boolean';

/** A tool that is chosen for the first time is explained, unless a person does not want that. */
export function explainsFirst(): boolean {
  return chosen(SHOWN, isSwitch) ?? true;
}

export function chooseExplaining(on: boolean): void {
  choose(SHOWN, on ? undefined : false);
}

export class ToolHelpState {
  topic: Topic | undefined;
  /** What stands there while the pointer rests on a button, and what stood there before. */
  private rested: { before: Topic | undefined } | undefined;

  constructor(private readonly tell: () => void) {}

  /** It was chosen; undefined: something that needs no words. */
  chose(topic: Topic | undefined): void {
    this.rested = undefined;
    this.put(topic && explainsFirst() && !used().includes(topic) ? topic : undefined);
  }

  /** It was asked for. */
  show(topic: Topic): void {
    this.rested = undefined;
    this.put(topic);
  }

  /** The pointer rests on its button; undefined: it has left. */
  rest(topic: Topic | undefined): void {
    if (topic) {
      this.rested ??= { before: this.topic };
      return this.put(topic);
    }
    const { rested } = this;
    this.rested = undefined;
    if (rested) this.put(rested.before);
  }

  /** Who uses a tool knows it. */
  use(topic: string): void {
    const known = used();
    if (!known.includes(topic as Topic)) choose(USED, [...known, topic]);
    if (this.topic === topic) this.put(undefined);
  }

  /** Esc: it was read. */
  dismiss(): void {
    if (this.topic) this.use(this.topic);
  }

  private put(topic: Topic | undefined): void {
    if (topic === this.topic) return;
    this.topic = topic;
    this.tell();
  }
}

function used(): Topic[] {
  return chosen(USED, isTopics) ?? [];
}
