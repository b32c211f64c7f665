/** Prints what is on the paper: millimetres on the page are millimetres (A4, lying). */
import { paint, PRINT_INKS, type PaperSheet } from './paint';

/** mm: what an A4 page has between margins of 10 mm. */
export const PRINT_WIDTH = 277;
export const PRINT_HEIGHT = 190;
/** Pixels a mm: 300 to the inch. */
const FINE = 12;

export function printPaper(sheet: Omit<PaperSheet, 'mm' | 'letter' | 'width' | 'height' | 'inks'>): void {
  const canvas = document.createElement('canvas');
  canvas.className = 'printpaper';
  Object.assign(canvas, { width: PRINT_WIDTH * FINE, height: PRINT_HEIGHT * FINE });
  const context = canvas.getContext('2d');
  if (!context) return;
  paint(context, { ...sheet, mm: FINE, letter: 3.2 * FINE, width: canvas.width, height: canvas.height, inks: PRINT_INKS });
  document.body.append(canvas);
  document.documentElement.classList.add('printing-paper');
  const done = () => {
    canvas.remove();
    document.documentElement.classList.remove('printing-paper');
  };
  window.addEventListener('afterprint', done, { once: true });
  window.print();
}
