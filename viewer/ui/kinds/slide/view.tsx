/** A whole slide: its picture, and beside it where one is, its other images, channels, depth and annotations. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import type { DataSet } from '../../../core/dicom-json';
import { isColour } from '../../../core/image-description';
import { figure } from '../../../core/figures';
import { t } from '../../../core/language';
import type { DisplaySet } from '../../../domain/display-sets';
import { pyramidsOf, type Pyramid } from '../../../domain/slide-levels';
import { placeWords } from '../../../domain/slide-measure';
import { barOf, type SlidePlace } from '../../../domain/slide-view';
import { useOwnState } from '../../own-states';
import type { ViewerModel } from '../../viewer-model';
import { paintMarks } from '../../layers/report-marks';
import { takeCommands } from '../commands';
import type { KindProps } from '../kind-view';
import { Aside } from './aside';
import { annotationsAbout, COLOURS, drawGroup, readAnnotations } from './marks';
import { LinesSection, useLines } from './measure';
import { bindSlidePointer } from './pointer';
import { coloursNow, hasProfile } from './profiles';
import { useReportMarks } from './report-marks';
import { SlideScreen, type Shown } from './screen';
import { isAbout, type Group } from '../../../domain/slide-marks';
import './style.css';

export default function SlideView({ model, cell, set }: KindProps): ReactElement {
  return <Slide model={model} cell={cell} set={set} />;
}

const STEP = 1.25;

/** own: the series that its state is kept for; only: annotations that hang by themselves, then no others are looked for. */
export function Slide({ model, cell, set, own = set.seriesInstanceUid, only }: { model: ViewerModel; cell: number; set: DisplaySet; own?: string; only?: DataSet }): ReactElement {
  const { pyramids, notes } = useMemo(() => pyramidsOf(set.objects), [set.objects]);
  const state = useOwnState(model.own, own);
  const which = numberIn(state['image'], pyramids.length - 1);
  const pyramid = pyramids[which];
  if (!pyramid) {
    return (
      <div className="say" role="alert" data-testid="kind-fault">
        <b>{t('This slide cannot be drawn.')}</b>
        <span>{notes[0] ?? t('It holds no images.')} {t('The tags can be read.')}</span>
      </div>
    );
  }
  return <Drawn key={which} {...{ model, cell, set, own, only, pyramids, pyramid, notes, which }} />;
}

interface DrawnProps {
  model: ViewerModel;
  cell: number;
  set: DisplaySet;
  own: string;
  only: DataSet | undefined;
  pyramids: readonly Pyramid[];
  pyramid: Pyramid;
  notes: readonly string[];
  /** Of the pyramids, the one that is shown. */
  which: number;
}

function Drawn({ model, cell, set, own, only, pyramids, pyramid, notes, which }: DrawnProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [screen, setScreen] = useState<SlideScreen>();
  const state = useOwnState(model.own, own);
  const shown = useMemo(() => shownOf(pyramid, state), [pyramid, state]);
  useEffect(() => {
    if (!host.current) return undefined;
    const kept = model.own.of(own);
    const made = new SlideScreen(host.current, set.studyInstanceUid, set.seriesInstanceUid, pyramid, shownOf(pyramid, kept), placeOf(kept['place']));
    const unbind = bindSlidePointer(host.current, made);
    const giveBack = takeCommands(model, cell, (id) => act(made, id));
    setScreen(made);
    return () => {
      model.own.change(own, { place: made.place });
      unbind();
      giveBack();
      made.close();
    };
  }, [model, cell, set.studyInstanceUid, set.seriesInstanceUid, pyramid, own]);
  useEffect(() => screen?.show(shown), [screen, shown]);
  const marks = useAnnotations(model, set, pyramid, only);
  const reported = useReportMarks(model, pyramid, screen);
  const hidden = Array.isArray(state['hidden']) ? (state['hidden'] as unknown[]) : [];
  const hiddenKey = hidden.join(' ');
  const colourOf = useCallback((group: Group, at: number) => group.colour || (COLOURS[at % COLOURS.length] as string), []);
  const lines = useLines(model, own, which, screen, pyramid);
  const { draw } = lines;
  useEffect(() => {
    const drawn = pyramid.part === 'VOLUME' ? marks.groups.map((group, at) => ({ group, colour: colourOf(group, at) })).filter(({ group }) => !hiddenKey.split(' ').includes(group.uid) && isAbout(group, shown.paths)) : [];
    screen?.draws((context, matrix, ratio) => {
      for (const { group, colour } of drawn) drawGroup(context, group, colour, matrix, ratio);
      paintMarks(context, { matrix, ratio, width: context.canvas.width, height: context.canvas.height }, reported);
      draw(context, matrix, ratio);
    });
  }, [screen, marks, hiddenKey, pyramid, colourOf, shown, draw, reported]);
  const change = (next: Record<string, unknown>) => model.own.change(own, next);
  return (
    <div className="wsi">
      <div className={`slidehost ${lines.on ? 'measures' : ''}`} ref={host} tabIndex={0} role="application" aria-label={t('Slide: arrows move it, + and − zoom, Page Up and Page Down change the focal plane')} onKeyDown={(e) => screen && (lines.key(e.key) || byKey(e.key, screen, pyramid, shown, change)) && (e.preventDefault(), e.stopPropagation())} data-testid="slide" />
      {screen && <Facts screen={screen} shown={shown} notes={[...notes, ...pyramid.notes, ...marks.notes]} />}
      {screen && <Aside {...{ model, set, screen, pyramids, pyramid, shown, groups: marks.groups, loading: marks.loading, hidden, colourOf, change }}><LinesSection lines={lines} pyramid={pyramid} /></Aside>}
    </div>
  );
}

/** Level, magnification, what is on its way or missing, and the scale bar. */
function Facts({ screen, shown, notes }: { screen: SlideScreen; shown: Shown; notes: readonly string[] }): ReactElement {
  useSyncExternalStore(screen.subscribe, screen.snapshot);
  const { pyramid, place, ratio, pending, level } = screen;
  const failed = screen.failure();
  const perMm = pyramid.spacing && place.scale / ratio / pyramid.spacing[place.turn % 2 ? 'row' : 'column'];
  const bar = perMm ? barOf(perMm, 140) : undefined;
  const { columns, rows } = pyramid.levels[level] ?? { columns: 0, rows: 0 };
  return (
    <div className="slidefacts num" data-testid="slide-facts" data-level={level} data-plane={screen.plane + 1} data-pending={pending} data-tiles={screen.kept.tiles} data-bytes={screen.kept.bytes} data-matrix={screen.matrix.join(' ')}>
      {notes.map((note) => <p key={note} className="slidenote" data-testid="slide-note">{note}</p>)}
      {failed.count > 0 && <p className="slidenote c-failed" role="alert" data-testid="slide-failed">{t('{count} tiles cannot be drawn: {reason}', { count: failed.count, reason: failed.words })}</p>}
      {colourWords(pyramid, shown) && <p data-testid="slide-colours">{colourWords(pyramid, shown)}</p>}
      <Probe screen={screen} />
      <p data-testid="slide-level">
        {[pyramid.power ? `${figure(pyramid.power * place.scale / ratio, place.scale < 0.1 ? 2 : 1)}× / ${figure(pyramid.power, 1)}×` : `×${figure(place.scale, 3)}`, t('level {number} of {count}: {columns} × {rows}', { number: level + 1, count: pyramid.levels.length, columns, rows })].join('  ')}
        {pending > 0 && `  ${t('{count} tiles to come', { count: pending })}`}
      </p>
      {bar && <span className="slidebar" style={{ width: bar.width }} data-testid="slide-scale">{bar.words}</span>}
    </div>
  );
}

/** The place and value under the pointer, else of the middle. */
function Probe({ screen }: { screen: SlideScreen }): ReactElement | null {
  const at = screen.aim;
  const { columns, rows } = screen.pyramid.levels[0] as Pyramid['levels'][number];
  if (at[0] < 0 || at[1] < 0 || at[0] >= columns || at[1] >= rows) return null;
  const values = screen.valuesAt(at).map((value) => (value.length > 1 ? `RGB ${value.join(' ')}` : String(value[0])));
  const words = [`${Math.floor(at[0])}, ${Math.floor(at[1])}`, placeWords(screen.pyramid, at, screen.plane), values.join(' + ')];
  return <p data-testid="slide-probe" data-middle={screen.cursor ? undefined : true}>{words.filter(Boolean).join('  ·  ')}</p>;
}

/** How the colours of what is shown come about; '' where the object brings no profile. */
function colourWords(pyramid: Pyramid, { paths, asStored }: Shown): string {
  const path = pyramid.paths.find((p) => paths.includes(p.id) && hasProfile(p));
  const colours = path && coloursNow(path);
  if (!path || !isColour((pyramid.levels[0] as Pyramid['levels'][number]).pixel)) return '';
  if (colours === 'broken') return t('Colours as stored: the colour profile of the object cannot be read.');
  if (colours === 'same') return t('Colours of sRGB, as the profile of the object says.');
  return asStored ? t('Colours as stored, without the profile of the object.') : colours ? t('Colours by the profile of the object.') : '';
}

function useAnnotations(model: ViewerModel, set: DisplaySet, pyramid: Pyramid, only: DataSet | undefined): { groups: Group[]; notes: string[]; loading: boolean } {
  const [found, setFound] = useState<{ groups: Group[]; notes: string[]; loading: boolean }>({ groups: [], notes: [], loading: true });
  useEffect(() => {
    const controller = new AbortController();
    void (async () => {
      const objects = only ? [only] : await annotationsAbout(model, set.seriesInstanceUid, set.objects);
      const read = await Promise.all(objects.map((object) => readAnnotations(object, pyramid, controller.signal)));
      if (!controller.signal.aborted) setFound({ groups: read.flatMap((r) => r.groups), notes: read.flatMap((r) => r.notes), loading: false });
    })().catch((e: unknown) => !controller.signal.aborted && setFound({ groups: [], notes: [e instanceof Error ? e.message : String(e)], loading: false }));
    return () => controller.abort();
  }, [model, set, pyramid, only]);
  return found;
}

/** What comes back from a reload may be anything. */
function shownOf(pyramid: Pyramid, { paths, plane, asStored }: Readonly<Record<string, unknown>>): Shown {
  const known = pyramid.paths.map((p) => p.id);
  const chosen = Array.isArray(paths) ? known.filter((id) => paths.includes(id)) : [];
  const many = !isColour((pyramid.levels[0] as Pyramid['levels'][number]).pixel);
  return { paths: chosen.length ? (many ? chosen : chosen.slice(0, 1)) : many ? known : known.slice(0, 1), plane: numberIn(plane, pyramid.planes - 1), asStored: asStored === true };
}

function numberIn(value: unknown, most: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most ? value : 0;
}

function placeOf(value: unknown): SlidePlace | undefined {
  const place = value as Partial<SlidePlace> | undefined;
  const isPlace = place && [place.x, place.y, place.scale].every((n) => typeof n === 'number' && Number.isFinite(n)) && (place.scale as number) > 0 && [0, 1, 2, 3].includes(place.turn as number);
  return isPlace ? (place as SlidePlace) : undefined;
}

function act(screen: SlideScreen, id: string): boolean {
  const deed = DEEDS[id];
  deed?.(screen);
  return deed !== undefined;
}

const DEEDS: Record<string, (screen: SlideScreen) => void> = {
  'image.fit': (s) => s.fit(),
  'image.reset': (s) => {
    s.place = { ...s.place, turn: 0 };
    s.fit();
  },
  'image.one': (s) => s.zoomTo(1),
  'image.larger': (s) => s.zoomBy(STEP),
  'image.smaller': (s) => s.zoomBy(1 / STEP),
  'image.left': (s) => s.turn(-1),
  'image.right': (s) => s.turn(1),
};

const PAN = 80;

function byKey(key: string, screen: SlideScreen, pyramid: Pyramid, shown: Shown, change: (next: Record<string, unknown>) => void): boolean {
  const way = ({ ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as Record<string, [number, number]>)[key];
  if (way) screen.panBy(way[0] * PAN, way[1] * PAN);
  else if (key === 'PageUp' || key === 'PageDown') change({ plane: Math.min(Math.max(shown.plane + (key === 'PageUp' ? 1 : -1), 0), pyramid.planes - 1) });
  else return false;
  return true;
}
