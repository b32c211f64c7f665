/** The keys and mouse assignments in force: a person's choice, else the usual ones. */
import { commandFor, isKeyChoice, keyOf, USUAL_KEYS, writtenKeys, type KeyChoice, type KeyPress } from '../domain/keys';
import { isUsualMouse, mouseChoice, type MouseChoice } from '../domain/mouse';
import { choose, chosen } from './preferences';

const [KEYS, MOUSE] = ['keys', 'mouse'];

export function keyChoice(): KeyChoice {
  return chosen(KEYS, isKeyChoice) ?? USUAL_KEYS;
}

export function chooseKeys(choice: KeyChoice): void {
  const usual = choice.letters && Object.keys(choice.keys).length === 0;
  choose(KEYS, usual ? undefined : choice);
}

/** The key of a command as it is now, '' when it has none. */
export function keyNow(id: string): string {
  return keyOf(id, keyChoice());
}

/** The command that a key press asks for. */
export function commandOf(e: KeyPress): string | undefined {
  return commandFor(writtenKeys(e), keyChoice());
}

export function mouseNow(): MouseChoice {
  return mouseChoice(chosen(MOUSE, (v): v is unknown => v !== null));
}

export function chooseMouse(choice: MouseChoice): void {
  choose(MOUSE, isUsualMouse(choice) ? undefined : choice);
}
