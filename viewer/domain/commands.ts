/** Everything a reader can do, with its words and its key. The palette, the help and the keyboard read the same list. */

import { COLOUR_MAPS } from '../core/colour-maps';
import { LANGUAGES, t } from '../core/language';

export interface Command {
  id: string;
  title: string;
  group: 'Tool' | 'Image' | 'Colour' | 'Move' | 'Layout' | 'Volume' | 'Window' | 'Study' | 'Screen';
  /** The usual one, as written on the key: 'Ctrl K', 'Shift [', '↑'. The one in force: domain/keys. */
  key?: string;
  hint?: string;
}

/** What the groups are called. */
export const GROUP_NAMES: Record<Command['group'], string> = {
  Tool: t('Tool'), Image: t('Image'), Colour: t('Colour'), Move: t('Move'), Layout: t('Layout'), Volume: t('Volume'), Window: t('Window'), Study: t('Study'), Screen: t('Screen'),
};

/** Windows that can be told by their number; more can be opened. */
export const MOST_ADDRESSED = 4;

/** Grids that have no key. */
const LARGER: readonly [number, number][] = [[1, 4], [1, 5], [2, 4], [2, 5], [3, 4], [3, 5], [4, 4], [4, 5], [5, 5]];

export const VIEWER_COMMANDS: readonly Command[] = [
  { id: 'tool.window', title: t('Window'), group: 'Tool', key: 'W', hint: t('drag: width across, level up and down') },
  { id: 'tool.pan', title: t('Pan'), group: 'Tool', key: 'P', hint: t('drag the image') },
  { id: 'tool.zoom', title: t('Zoom'), group: 'Tool', key: 'Z', hint: t('drag up and down') },
  { id: 'tool.scroll', title: t('Scroll'), group: 'Tool', key: 'S', hint: t('drag through the images') },
  { id: 'tool.probe', title: t('Probe'), group: 'Tool', key: 'Q', hint: t('value under the pointer') },
  { id: 'tool.magnify', title: t('Magnifier'), group: 'Tool', key: 'M', hint: t('hold and move') },
  { id: 'tool.crosshair', title: t('Crosshair'), group: 'Tool', key: 'X', hint: t('move the planes to a point; drag a handle to turn them') },
  { id: 'tool.curve', title: t('Draw a curve'), group: 'Tool', hint: t('click along it on a plane, then “Curved view of the path”') },
  { id: 'tool.size', title: t('Calibrate the image'), group: 'Tool', hint: t('lay a line over something whose length is known') },
  { id: 'image.fit', title: t('Fit to the viewport'), group: 'Image', key: ',' },
  { id: 'image.one', title: t('One image pixel to one screen pixel'), group: 'Image', key: '.' },
  { id: 'image.true-size', title: t('True size'), group: 'Image', key: ';', hint: t('a millimetre of the image is one on the monitor') },
  { id: 'image.calibrate', title: t('Calibrate this monitor'), group: 'Image' },
  { id: 'image.larger', title: t('Zoom in'), group: 'Image', key: '+' },
  { id: 'image.smaller', title: t('Zoom out'), group: 'Image', key: '−' },
  { id: 'image.left', title: t('Turn left'), group: 'Image', key: '[' },
  { id: 'image.right', title: t('Turn right'), group: 'Image', key: ']' },
  { id: 'image.flip-h', title: t('Flip left and right'), group: 'Image', key: 'Shift [' },
  { id: 'image.flip-v', title: t('Flip top and bottom'), group: 'Image', key: 'Shift ]' },
  { id: 'image.invert', title: t('Invert'), group: 'Image', key: 'I' },
  { id: 'image.reset', title: t('Reset the view'), group: 'Image', key: 'Esc Esc' },
  { id: 'image.smooth', title: t('Smooth pixels on or off'), group: 'Image' },
  { id: 'image.overlays', title: t('Overlays on or off'), group: 'Image' },
  { id: 'image.copy', title: t('Copy the picture'), group: 'Image', key: 'Shift C', hint: t('as it is shown, without names, to the clipboard') },
  { id: 'image.save', title: t('Save the picture as a PNG file'), group: 'Image', hint: t('as it is shown, without names') },
  { id: 'page.width', title: t('Page: as wide as the viewport'), group: 'Image' },
  { id: 'page.find', title: t('Find in the document'), group: 'Image', key: 'Ctrl F' },
  { id: 'page.print', title: t('Print the document'), group: 'Study', key: 'Ctrl P' },
  { id: 'colour.grey', title: t('Grey'), group: 'Colour' },
  ...COLOUR_MAPS.map(({ id, name }): Command => ({ id: `colour.${id}`, title: name, group: 'Colour' })),
  { id: 'move.previous', title: t('Previous image'), group: 'Move', key: '↑' },
  { id: 'move.next', title: t('Next image'), group: 'Move', key: '↓' },
  { id: 'move.earlier', title: t('Previous time at this place'), group: 'Move', key: 'Shift ↑' },
  { id: 'move.later', title: t('Next time at this place'), group: 'Move', key: 'Shift ↓' },
  { id: 'move.back-ten', title: t('Ten images back'), group: 'Move', key: 'PgUp' },
  { id: 'move.on-ten', title: t('Ten images on'), group: 'Move', key: 'PgDn' },
  { id: 'move.first', title: t('First image'), group: 'Move', key: 'Home' },
  { id: 'move.last', title: t('Last image'), group: 'Move', key: 'End' },
  { id: 'move.previous-series', title: t('Previous series'), group: 'Move', key: '←' },
  { id: 'move.next-series', title: t('Next series'), group: 'Move', key: '→' },
  { id: 'cine.toggle', title: t('Play or stop'), group: 'Move', key: 'Space' },
  { id: 'cine.slower', title: t('Play slower'), group: 'Move', key: '<' },
  { id: 'cine.faster', title: t('Play faster'), group: 'Move', key: '>' },
  { id: 'cine.sweep', title: t('Play to and fro, or round'), group: 'Move' },
  { id: 'cine.from', title: t('Play from this image on'), group: 'Move', key: 'Shift Home' },
  { id: 'cine.to', title: t('Play up to this image'), group: 'Move', key: 'Shift End' },
  { id: 'cine.whole', title: t('Play all images'), group: 'Move' },
  { id: 'layout.next-viewport', title: t('Next viewport'), group: 'Layout', key: 'Tab' },
  { id: 'layout.maximise', title: t('Maximise the viewport'), group: 'Layout', key: 'Enter' },
  { id: 'layout.1x1', title: t('One viewport'), group: 'Layout', key: 'Alt 1' },
  { id: 'layout.1x2', title: t('Two side by side'), group: 'Layout', key: 'Alt 2' },
  { id: 'layout.2x1', title: t('Two, one above the other'), group: 'Layout', key: 'Alt 3' },
  { id: 'layout.2x2', title: t('Four viewports'), group: 'Layout', key: 'Alt 4' },
  { id: 'layout.1x3', title: t('Three side by side'), group: 'Layout', key: 'Alt 5' },
  { id: 'layout.2x3', title: t('Six, two rows'), group: 'Layout', key: 'Alt 6' },
  { id: 'layout.3x2', title: t('Six, three rows'), group: 'Layout', key: 'Alt 7' },
  { id: 'layout.3x3', title: t('Nine viewports'), group: 'Layout', key: 'Alt 8' },
  { id: 'layout.3x1', title: t('Three, one above the other'), group: 'Layout', key: 'Alt 9' },
  ...LARGER.map(([r, c]): Command => ({ id: `layout.${r}x${c}`, title: t('{rows} × {columns} viewports', { rows: r, columns: c }), group: 'Layout' })),
  { id: 'layout.pick', title: t('Choose the grid'), group: 'Layout', key: 'Alt 0', hint: t('arrows and Enter, up to 5 × 5') },
  { id: 'layout.swap', title: t('Exchange with the next viewport'), group: 'Layout' },
  { id: 'hanging.choose', title: t('Hanging: choose, and why this one'), group: 'Layout', key: 'H', hint: t('rules for what hangs where') },
  { id: 'hanging.next', title: t('Next hanging'), group: 'Layout', key: 'N' },
  { id: 'hanging.previous', title: t('Previous hanging'), group: 'Layout', key: 'Shift N' },
  { id: 'hanging.none', title: t('No hanging, one series'), group: 'Layout', key: 'Alt N' },
  { id: 'hanging.save', title: t('Save as hanging'), group: 'Layout', key: 'Alt S', hint: t('what is on screen, for such studies') },
  { id: 'hanging.default', title: t('This hanging is the default for such studies, or no longer'), group: 'Layout' },
  { id: 'tiles.toggle', title: t('Tiled stack'), group: 'Layout', hint: t('one series as a grid of its images') },
  { id: 'tiles.more', title: t('More tiles'), group: 'Layout' },
  { id: 'tiles.fewer', title: t('Fewer tiles'), group: 'Layout' },
  { id: 'fusion.toggle', title: t('Lay another series over, or take it off'), group: 'Layout', key: 'Shift O', hint: t('PET over CT, of the same frame of reference or joined by a registration') },
  { id: 'three.toggle', title: t('Three dimensions, or the slices again'), group: 'Layout', key: 'Shift V', hint: t('the volume of this series, turned by dragging') },
  { id: 'three.A', title: t('Three dimensions: from the front'), group: 'Layout', key: 'Shift A' },
  { id: 'three.P', title: t('Three dimensions: from behind'), group: 'Layout', key: 'Shift P' },
  { id: 'three.L', title: t('Three dimensions: from the left'), group: 'Layout', key: 'Shift L' },
  { id: 'three.R', title: t('Three dimensions: from the right'), group: 'Layout', key: 'Shift R' },
  { id: 'three.H', title: t('Three dimensions: from the head'), group: 'Layout', key: 'Shift H' },
  { id: 'three.F', title: t('Three dimensions: from the feet'), group: 'Layout', key: 'Shift F' },
  { id: 'compare.toggle', title: t('Compare with the other study'), group: 'Layout', key: 'C', hint: t('side by side, linked') },
  { id: 'link.toggle', title: t('Link viewports'), group: 'Layout', key: 'G', hint: t('scroll, window and zoom go together') },
  { id: 'link.pin', title: t('These images belong together'), group: 'Layout', key: 'Y', hint: t('corrects the link') },
  { id: 'link.unpin', title: t('Forget the pinned pairs'), group: 'Layout' },
  { id: 'volume.planes', title: t('Multiplanar'), group: 'Volume', key: 'Shift X', hint: t('axial, coronal and sagittal planes of this series') },
  { id: 'volume.server', title: t('Reformat on the server'), group: 'Volume', hint: t('planes come from the server, or from this machine again') },
  { id: 'volume.straighten', title: t('Planes at right angles again'), group: 'Volume' },
  { id: 'volume.max', title: t('Slab: maximum (MIP)'), group: 'Volume' },
  { id: 'volume.min', title: t('Slab: minimum (MinIP)'), group: 'Volume' },
  { id: 'volume.mean', title: t('Slab: average'), group: 'Volume' },
  { id: 'volume.thin', title: t('Thin planes, no slab'), group: 'Volume' },
  { id: 'volume.thicker', title: t('Thicker slab'), group: 'Volume', key: 'Alt ↑' },
  { id: 'volume.thinner', title: t('Thinner slab'), group: 'Volume', key: 'Alt ↓' },
  { id: 'volume.steps', title: t('Slices as they are, or linear in between'), group: 'Volume' },
  { id: 'volume.curve', title: t('Curved view of the path'), group: 'Volume' },
  { id: 'volume.forget-path', title: t('Forget the drawn path'), group: 'Volume' },
  { id: 'windows.open', title: t('Open another window'), group: 'Screen', key: 'Shift W', hint: t('on the next monitor, with the same studies') },
  { id: 'windows.send', title: t('Send to another window'), group: 'Screen', key: 'Shift S', hint: t('this series as it is shown here') },
  { id: 'windows.move', title: t('Move to another window'), group: 'Screen', key: 'Shift M', hint: t('this viewport becomes free') },
  ...Array.from({ length: MOST_ADDRESSED }, (_, i): Command => ({ id: `windows.send.${i + 1}`, title: t('Send to window {number}', { number: String(i + 1) }), group: 'Screen' })),
  { id: 'lines.toggle', title: t('Reference lines'), group: 'Layout', key: 'R', hint: t('where this slice cuts the others') },
  { id: 'edit.undo', title: t('Undo'), group: 'Layout', hint: t('layout, window, zoom and all that is done to an image'), key: 'Ctrl Z' },
  { id: 'edit.redo', title: t('Redo'), group: 'Layout', key: 'Ctrl Shift Z' },
  ...Array.from({ length: 9 }, (_, i): Command => ({ id: `window.preset.${i + 1}`, title: t('Window preset {number}', { number: String(i + 1) }), group: 'Window', key: String(i + 1) })),
  { id: 'window.acquired', title: t('Window as acquired'), group: 'Window', key: '0' },
  { id: 'window.keep', title: t('Keep this window'), group: 'Window', hint: t('as a preset of your own') },
  { id: 'screen.panel', title: t('Panel'), group: 'Screen', key: '\\' },
  { id: 'screen.tags', title: t('Tags of the image'), group: 'Screen', key: 'T', hint: t('every element of its object') },
  { id: 'screen.texts', title: t('Corner texts'), group: 'Screen', key: 'U' },
  { id: 'screen.choose-texts', title: t('Choose the corner texts'), group: 'Screen', hint: t('by modality') },
  { id: 'screen.palette', title: t('Find or do'), group: 'Screen', key: 'Ctrl K' },
  { id: 'screen.help', title: t('Keys and pointer'), group: 'Screen', key: '?' },
  { id: 'screen.tool-help', title: t('Show what this tool does'), group: 'Screen', key: 'F1', hint: t('on the image') },
  { id: 'screen.explain', title: t('Explain a tool when it is first chosen, or not'), group: 'Screen' },
  { id: 'screen.menu', title: t('Menu on the image'), group: 'Screen', key: 'Shift F10' },
  { id: 'screen.keys', title: t('Keys and mouse'), group: 'Screen', hint: t('give commands other keys') },
  { id: 'screen.theme', title: t('Bright or dark theme'), group: 'Screen' },
  { id: 'screen.full', title: t('Full screen'), group: 'Screen' },
  { id: 'memory.auto', title: t('Memory for images: by what this machine has'), group: 'Screen' },
  { id: 'memory.512', title: t('Memory for images: 512 MB'), group: 'Screen' },
  { id: 'memory.1024', title: t('Memory for images: 1 GB'), group: 'Screen' },
  { id: 'memory.4096', title: t('Memory for images: 4 GB'), group: 'Screen' },
  ...Object.entries(LANGUAGES).map(([code, name]): Command => ({ id: `language.${code}`, title: t('Language: {name}', { name }), group: 'Screen' })),
  { id: 'study.send', title: t('Send this study'), group: 'Study', key: 'Ctrl E' },
  { id: 'study.download', title: t('Save this study as a ZIP file'), group: 'Study' },
  { id: 'study.sessions', title: t('Sessions'), group: 'Study', hint: t('what was read, to go on with') },
  { id: 'study.list', title: t('Back to studies'), group: 'Study', key: '/' },
];

const UNSPACED = /[\u3040-\u30ff\u3400-\u9fff]/;

/** Every word of the query must start a word of the text; where words are not set apart, be in it. */
export function matchesQuery(text: string, query: string): boolean {
  const words = text.toLowerCase().split(/[\s,^·]+/);
  return query.toLowerCase().split(/\s+/).filter(Boolean).every((q) => words.some((w) => (UNSPACED.test(q) ? w.includes(q) : w.startsWith(q))));
}
