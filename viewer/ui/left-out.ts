/** SOP classes that the server's setting leaves out of the rail for everybody. Apart from hidden-classes: the first page needs no table of kinds. */
let usual: readonly string[] = [];

export function leaveOut(classes: readonly string[]): void {
  usual = classes;
}

export function leftOut(): readonly string[] {
  return usual;
}
