/** Letters at the edges of an image (PS3.3 C.7.6.1.1.1, C.7.6.2.1.1). */
import { imageDirections, type Matrix, type Point2, type Point3 } from './geometry';

/** A share of the direction below this (about 6 degrees) is not worth a further letter. */
const FURTHER_LETTER = 0.11;

const OPPOSITE: Record<string, string> = {
  R: 'L', L: 'R', A: 'P', P: 'A', H: 'F', F: 'H',
  LE: 'RT', RT: 'LE', D: 'V', V: 'D', CR: 'CD', CD: 'CR', RO: 'CD', M: 'L', PR: 'DI', DI: 'PR', PA: 'D', PL: 'D',
};

/** Where a letter means something else in animals that walk on four legs: R is rostral, L lateral. */
const OPPOSITE_QUADRUPED: Record<string, string> = { ...OPPOSITE, R: 'CD', L: 'M' };

/** Anatomical Orientation Type (0010,2210); BIPED when absent. */
export type Anatomy = 'BIPED' | 'QUADRUPED';

/** Names of the axes of the patient, plus and minus (C.7.6.2.1.1). Of a quadruped those of the trunk: what part is seen is not said. */
const AXES: Record<Anatomy, [string, string][]> = {
  BIPED: [['L', 'R'], ['P', 'A'], ['H', 'F']],
  QUADRUPED: [['LE', 'RT'], ['D', 'V'], ['CR', 'CD']],
};

/** Letters of a patient direction, strongest first, as many as it takes: 'L', 'LA', 'LPF'. '' for a zero vector. */
export function lettersOf(v: Point3, anatomy: Anatomy = 'BIPED'): string {
  const length = Math.hypot(...v);
  if (!(length > 0)) return '';
  const names = AXES[anatomy].map(([plus, minus], i): [number, string, string] => [v[i] ?? 0, plus, minus]);
  return names
    .map(([part, plus, minus]) => ({ share: Math.abs(part) / length, letter: part > 0 ? plus : minus }))
    .sort((a, b) => b.share - a.share)
    .filter((n, i) => i === 0 || n.share > FURTHER_LETTER)
    .map((n) => n.letter)
    .join('');
}

/** Opposite of a value of Patient Orientation: bipeds letter by letter, quadrupeds by their two-letter codes. */
export function oppositeOf(letters: string, anatomy: Anatomy = 'BIPED'): string {
  if (anatomy === 'QUADRUPED') return quadrupedOpposite(letters);
  const whole = OPPOSITE[letters];
  if (whole && letters.length > 1) return whole;
  const parts = /^(LE|RT|CR|CD|RO|PR|DI|PA|PL|[DVMRLAPHF])+$/.test(letters) ? letters : '';
  return [...parts].map((c) => OPPOSITE[c] ?? '').join('');
}

/** Letters of one and of two characters run together ('LECD'): longer ones are read first. */
function quadrupedOpposite(letters: string): string {
  const parts = letters.match(/LE|RT|CR|CD|RO|PR|DI|PA|PL|[DVRML]/g) ?? [];
  return parts.join('') === letters ? parts.map((p) => OPPOSITE_QUADRUPED[p] ?? '').join('') : '';
}

/** How the axes of an image lie: as patient directions, or as the letters of Patient Orientation. */
export type Axes = ({ kind: 'plane'; row: Point3; column: Point3 } | { kind: 'letters'; row: string; column: string }) & { anatomy?: Anatomy };

export interface EdgeLetters {
  top: string;
  right: string;
  bottom: string;
  left: string;
}

/** Letters for the four edges of the canvas under the given image to canvas matrix. */
export function edgeLetters(axes: Axes, matrix: Matrix): EdgeLetters {
  const { right, down } = imageDirections(matrix);
  return {
    right: letter(axes, right),
    left: letter(axes, [-right[0], -right[1]]),
    bottom: letter(axes, down),
    top: letter(axes, [-down[0], -down[1]]),
  };
}

function letter(axes: Axes, [x, y]: Point2): string {
  if (axes.kind === 'plane') {
    return lettersOf([0, 1, 2].map((i) => (axes.row[i] ?? 0) * x + (axes.column[i] ?? 0) * y) as Point3, axes.anatomy);
  }
  const [along, sign] = Math.abs(x) >= Math.abs(y) ? [axes.row, x] : [axes.column, y];
  return sign > 0 ? along : oppositeOf(along, axes.anatomy);
}
