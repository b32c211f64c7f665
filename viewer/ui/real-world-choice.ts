/** Which of several Real World Value Mappings a series is read by, while the page is open. */
const choices = new Map<string, number>();

/** From 0; -1 for none. The first at the beginning. */
export function realWorldChoice(series: string): number {
  return choices.get(series) ?? 0;
}

export function chooseRealWorld(series: string, choice: number): void {
  choices.set(series, choice);
}
