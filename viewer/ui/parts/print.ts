/** Printing something of the page by itself: what is printed stands beside the application, which then hides (style/print.css). */
import '../style/print.css';

/** Nodes: laid out as they would be on the page, one below the other. They are gone when the browser has printed. */
export function printSheet(nodes: readonly Node[]): void {
  const sheet = document.createElement('div');
  sheet.className = 'printsheet';
  sheet.append(...nodes);
  document.body.append(sheet);
  document.documentElement.dataset.printing = '';
  // Some browsers return from print() before they are done.
  window.addEventListener('afterprint', () => {
    delete document.documentElement.dataset.printing;
    sheet.remove();
  }, { once: true });
  window.print();
}
