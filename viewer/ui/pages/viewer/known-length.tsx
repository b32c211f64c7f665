/** Calibration of an image: a line over what is known, with handles, and the form that asks how long it is. */
import { useLayoutEffect, useRef, useState, type FormEvent, type KeyboardEvent, type ReactElement } from 'react';
import type { Point2 } from '../../../core/geometry';
import { pixelAspect } from '../../../core/image-description';
import { number, t } from '../../../core/language';
import { columnOf, lengthOfLine } from '../../../domain/true-size';
import { endLine, keepLine, type KnownLength as Known } from '../../image-size';
import { Words } from '../../parts/words';
import type { Stage } from '../../stage/stage';
import type { ViewerModel } from '../../viewer-model';

interface Props {
  model: ViewerModel;
  stage: Stage;
  known: Known;
}

export function KnownLength({ model, stage, known }: Props): ReactElement {
  const [a, b] = known.ends.map((end) => stage.toScreen(end)) as [Point2, Point2];
  const moved = (which: number, to: Point2) => {
    const point = stage.toImage(to);
    const [from, till] = known.ends;
    if (point) model.update({ known: { ...known, ends: which ? [from, point] : [point, till] } });
  };
  return (
    <>
      <svg className="lines known" data-testid="known-length">
        <line className="halo" x1={a[0]} y1={a[1]} x2={b[0]} y2={b[1]} />
        <line className="ln mine" x1={a[0]} y1={a[1]} x2={b[0]} y2={b[1]} />
        {[a, b].map((at, which) => <End key={which} which={which} at={at} moved={(to) => moved(which, to)} />)}
      </svg>
      <SizeForm model={model} known={known} />
    </>
  );
}

interface EndProps {
  which: number;
  /** CSS pixels of the viewport. */
  at: Point2;
  moved: (to: Point2, byKey: boolean) => void;
  /** Around a drag. */
  held?: () => void;
  letGo?: () => void;
  /** What a screen reader says. */
  name?: string;
  testid?: string;
}

const ARROWS: Record<string, Point2> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Dragged, or moved by the arrows: a pixel of the screen, with Shift ten. */
export function End({ which, at, moved, held, letGo, name = t('End {number} of the line, moved by the arrows', { number: which + 1 }), testid = `known-end-${which + 1}` }: EndProps): ReactElement {
  const byKey = (e: KeyboardEvent) => {
    const way = ARROWS[e.key];
    if (!way) return;
    e.preventDefault();
    e.stopPropagation();
    const step = e.shiftKey ? 10 : 1;
    moved([at[0] + way[0] * step, at[1] + way[1] * step], true);
  };
  return (
    <g
      className="end"
      tabIndex={0}
      role="button"
      aria-label={name}
      data-testid={testid}
      onKeyDown={byKey}
      onPointerDown={(e) => {
        if (e.button !== 0) return;
        e.currentTarget.setPointerCapture(e.pointerId);
        held?.();
      }}
      onLostPointerCapture={letGo}
      onPointerMove={(e) => {
        const box = e.currentTarget.ownerSVGElement?.getBoundingClientRect();
        if (box && e.currentTarget.hasPointerCapture(e.pointerId)) moved([e.clientX - box.left, e.clientY - box.top], false);
      }}
    >
      <circle className="reach" cx={at[0]} cy={at[1]} r={14} />
      <circle className="handle" cx={at[0]} cy={at[1]} r={5} />
    </g>
  );
}

function SizeForm({ model, known }: { model: ViewerModel; known: Known }): ReactElement {
  const [typed, setTyped] = useState('');
  const [whole, setWhole] = useState(false);
  const { dataset, frame } = known.image;
  const aspect = pixelAspect(dataset, frame);
  const mm = Number(typed.replace(',', '.'));
  const column = columnOf(known.ends, mm, aspect);
  const several = (model.stage()?.snapshot().displaySet?.images.length ?? 0) > 1;
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector('input')?.focus(), []);
  const save = (e: FormEvent) => {
    e.preventDefault();
    if (keepLine(model, mm, whole)) model.tell(t('Calibrated by the reader. It can be taken back in the panel.'));
  };
  return (
    <form ref={form} className="sizeform" data-theme="dark" aria-label={t('Calibrate the image')} onSubmit={save} onKeyDown={(e) => e.key === 'Escape' && endLine(model)} data-testid="size-form">
      <span className="t2">{t('Lay the line over something whose length is known.')}</span>
      <label className="row">
        <Words text="{pixels} pixels are {length} mm" with={{ pixels: <b>{number(lengthOfLine(known.ends, aspect), 1)}</b>, length: <input className="field" inputMode="decimal" value={typed} aria-label={t('Length in millimetres')} onChange={(e) => setTyped(e.target.value)} data-testid="size-mm" /> }} />
      </label>
      {several && (
        <label className="row">
          <input type="checkbox" checked={whole} onChange={(e) => setWhole(e.target.checked)} data-testid="size-series" />
          {t('for all images of the series')}
        </label>
      )}
      <div className="row">
        <span className="grow t3">{column ? t('{size} mm a pixel', { size: column.toPrecision(3) }) : ''}</span>
        <button type="button" className="btn" onClick={() => endLine(model)} data-testid="size-cancel">{t('Cancel')}</button>
        <button className="btn primary" disabled={!column} data-testid="size-keep">{t('Keep')}</button>
      </div>
    </form>
  );
}
