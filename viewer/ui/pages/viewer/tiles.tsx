/**
 * A tiled stack: the page of images around the one that is wanted, in one viewport. A click takes one, a double click
 * shows it alone; the pointer works on the viewport under them.
 */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { Stage } from '../../stage/stage';
import { sameView, type Snapshot } from '../../stage/view';

export function Tiles({ stage, snap }: { stage: Stage; snap: Snapshot }): ReactElement {
  const { tiles } = snap;
  const count = snap.displaySet?.images.length ?? 0;
  const page = Math.floor(snap.index / tiles ** 2) * tiles ** 2;
  const shown = Array.from({ length: tiles ** 2 }, (_, i) => page + i);
  return (
    <div className="tiles" style={{ gridTemplate: `repeat(${tiles}, minmax(0, 1fr)) / repeat(${tiles}, minmax(0, 1fr))` }} data-testid="tiles">
      {shown.map((index) => (index < count ? <Tile key={index} index={index} stage={stage} snap={snap} /> : <span key={index} />))}
    </div>
  );
}

function Tile({ index, stage, snap }: { index: number; stage: Stage; snap: Snapshot }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failure, setFailure] = useState('');
  const last = useRef<Snapshot>(undefined);
  useEffect(() => {
    const target = canvas.current;
    if (!target || (last.current && sameView(last.current, snap))) return;
    last.current = snap;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [target.clientWidth, target.clientHeight].map((v) => Math.max(Math.round(v * ratio), 1));
    Object.assign(target, { width, height });
    stage.drawTile(index, target).then(
      () => setFailure(''),
      (e: unknown) => setFailure(e instanceof Error ? e.message : String(e)),
    );
  });
  return (
    <div className={`tile ${index === snap.index ? 'on' : ''}`} aria-current={index === snap.index} data-testid={`tile-${index + 1}`}>
      <canvas ref={canvas} />
      <span className="no">{index + 1}</span>
      {failure && <span className="why">{failure}</span>}
    </div>
  );
}

/** The tile under a point of the viewport; undefined beside the images. */
export function tileAt({ tiles, index, width, height, displaySet }: Snapshot, x: number, y: number): number | undefined {
  const [column, row] = [Math.floor((x / width) * tiles), Math.floor((y / height) * tiles)];
  const at = Math.floor(index / tiles ** 2) * tiles ** 2 + row * tiles + column;
  return at < (displaySet?.images.length ?? 0) ? at : undefined;
}
