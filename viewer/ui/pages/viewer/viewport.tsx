/** One cell of the grid: the picture and everything drawn beside it. Text leaves out lines, type never shrinks. */
import { IconGripHorizontal } from '@tabler/icons-react';
import { lazy, memo, Suspense, useLayoutEffect, useRef, useState, useSyncExternalStore, type MouseEvent, type ReactElement, type ReactNode } from 'react';
import { before } from '../../../core/dates';
import { axesOf } from '../../../core/image-axes';
import { t } from '../../../core/language';
import { edgeLetters } from '../../../core/orientation';
import type { ImageRef } from '../../../domain/display-sets';
import { Icon } from '../../parts/icon';
import { Told } from '../../parts/told';
import { bindPointer } from '../../stage/pointer';
import { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import { samePatient } from '../../../domain/study';
import type { SeriesState, ViewerModel } from '../../viewer-model';
import { SERIES_DRAG, VIEWPORT_DRAG } from './drag';
import { useConnection, useNextTry } from './connection-line';
import { goToScan } from '../../layers/eye-scans';
import { KindView } from '../../kinds/kind-view';
import { ColourLegend, FusionLegend } from './fusion-legend';
import { CornerTexts } from './corner-texts';
import { Crosshair } from './crosshair';
import { KnownLength } from './known-length';
import { CrossingElsewhere, Loupe, ProbeLabel, SharedCursor } from './pointer-marks';
import { MarksOnImage } from './marks-on-image';
import { PositionTrack } from './position-track';
import { ReferenceLines } from './reference-lines';
import { ScaleBar } from './scale-bar';
import { tileAt, Tiles } from './tiles';
import { ToolHelpOnImage } from './tool-help';
import { VolumeNote } from './mpr-panel';

/** Fetched when somebody looks at a volume. */
const ThreeView = lazy(() => import('./three-view'));

interface Props {
  model: ViewerModel;
  cell: number;
  active: boolean;
  hidden: boolean;
  /** Set when this viewport shows another patient than the bar names. */
  stranger: boolean;
}

export const Viewport = memo(function Viewport({ model, cell, active, hidden, stranger }: Props): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<Stage>();
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new Stage(`viewport-${cell}`, element, model.layers, model.states);
    model.stages.set(cell, made);
    made.onChange = (what) => {
      model.linker.follow(made, what);
      model.multiplanar.followed(made, what);
    };
    const unbind = bindPointer(element, made, model);
    setStage(made);
    model.hang(cell);
    return () => {
      unbind();
      model.stages.delete(cell);
      made.destroy();
    };
  }, [model, cell]);
  const [over, setOver] = useState(false);
  return (
    <section
      className={`vp ${active ? 'act' : ''} ${over ? 'drop' : ''}`}
      style={hidden ? { display: 'none' } : undefined}
      data-theme="dark"
      data-testid={`viewport-${cell}`}
      aria-label={t('Viewport {number}', { number: cell + 1 })}
      onPointerDownCapture={() => model.active !== cell && model.update({ active: cell })}
      onClick={(e) => stage && (takeTile(stage, e), takeScan(model, stage, e))}
      onDragOver={(e) => {
        if (!e.dataTransfer.types.includes(SERIES_DRAG) && !e.dataTransfer.types.includes(VIEWPORT_DRAG)) return;
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        setOver(false);
        const uid = e.dataTransfer.getData(SERIES_DRAG);
        const from = e.dataTransfer.getData(VIEWPORT_DRAG);
        if (uid) model.showSeries(uid, cell);
        else if (from) model.swap(Number(from), cell);
      }}
    >
      <div className="pixels" ref={host} style={{ position: 'absolute' }} />
      <Grip model={model} cell={cell} />
      {stage && <Marks stage={stage} model={model} stranger={stranger} cell={cell} />}
      <ToolHelpOnImage model={model} cell={cell} />
    </section>
  );
});

/** Drag it onto another viewport to exchange them; by keys there is a command. */
function Grip({ model, cell }: { model: ViewerModel; cell: number }): ReactElement | null {
  useSyncExternalStore(model.subscribe, model.snapshot);
  if (model.hanging.cells.length < 2 || model.maximised) return null;
  return (
    <span className="grip" draggable title={t('Drag onto another viewport to exchange them')} onDragStart={(e) => e.dataTransfer.setData(VIEWPORT_DRAG, String(cell))} data-testid="grip">
      <Icon of={IconGripHorizontal} size="s" />
    </span>
  );
}

/** In a tiled stack a click chooses its image; the end of a drag is no click on another. */
function takeTile(stage: Stage, e: MouseEvent): void {
  const snap = stage.snapshot();
  if (snap.tiles < 2 || stage.dragged) return;
  const box = e.currentTarget.getBoundingClientRect();
  const index = tileAt(snap, e.clientX - box.left, e.clientY - box.top);
  if (index !== undefined) void stage.goTo(index);
}

/** On the picture of a fundus a click goes to the scan whose line is there. */
function takeScan(model: ViewerModel, stage: Stage, e: MouseEvent): void {
  const box = e.currentTarget.getBoundingClientRect();
  goToScan(model, stage, [e.clientX - box.left, e.clientY - box.top]);
}

function Marks({ stage, model, stranger, cell }: { stage: Stage; model: ViewerModel; stranger: boolean; cell: number }): ReactElement {
  const snap = useSyncExternalStore(stage.subscribe, stage.snapshot);
  useSyncExternalStore(model.subscribe, model.snapshot);
  useSyncExternalStore(model.states.subscribe, model.states.snapshot);
  const uid = model.hanging.cells[cell] ?? '';
  const state = model.series.get(uid);
  const { standing } = useConnection();
  if (!uid && model.multiplanar.active) return <VolumeNote model={model} />;
  if (!uid) return <Message title={t('Drag a series here')} detail={t('or choose it in the rail.')} />;
  if (state?.set && state.set.kind !== 'images' && !state.error) return <KindView model={model} cell={cell} set={state.set} />;
  if (snap.error) {
    const number = state?.series.series_number;
    const which = snap.displaySet?.images.length ? t('Image {number} cannot be drawn.', { number: snap.index + 1 }) : t('Series {number} cannot be drawn.', { number: String(number ?? '') });
    return (
      <>
        <Message title={which} detail={<><Told words={snap.error} /> {t('The tags can be read.')}</>} failed>
          {stage.mayTryAgain && <button className="btn" onClick={() => stage.tryAgain()} data-testid="try-again">{t('Try again')}</button>}
        </Message>
        {model.texts && state && <CornerTexts snap={snap} state={state} stranger={stranger} model={model} />}
        <PositionTrack snap={snap} stage={stage} keys={snap.displaySet ? model.keys.indexesOf(snap.displaySet) : []} />
      </>
    );
  }
  if (standing === 'lost' && snap.index !== snap.shown) {
    return (
      <>
        <OutOfReach snap={snap} />
        {state && <PositionTrack snap={snap} stage={stage} keys={snap.displaySet ? model.keys.indexesOf(snap.displaySet) : []} />}
      </>
    );
  }
  if (!snap.ref || !state) return <span className="t3" />;
  if (snap.three) {
    return (
      <>
        <Suspense><ThreeView stage={stage} snap={snap} model={model} /></Suspense>
        {model.texts && <CornerTexts snap={snap} state={state} stranger={stranger} model={model} />}
      </>
    );
  }
  if (snap.tiles > 1) {
    return (
      <>
        <Tiles stage={stage} snap={snap} />
        <Letters snap={snap} image={snap.ref} />
        {model.texts && <CornerTexts snap={snap} state={state} stranger={stranger} model={model} />}
        <PositionTrack snap={snap} stage={stage} keys={snap.displaySet ? model.keys.indexesOf(snap.displaySet) : []} />
      </>
    );
  }
  return (
    <>
      {model.texts && <CornerTexts snap={snap} state={state} stranger={stranger} model={model} />}
      <StudyBadge model={model} state={state} />
      <Letters snap={snap} image={snap.ref} />
      <PositionTrack snap={snap} stage={stage} keys={snap.displaySet ? model.keys.indexesOf(snap.displaySet) : []} />
      <ScaleBar snap={snap} />
      <Crosshair stage={stage} snap={snap} model={model} />
      {model.known && model.known.cell === cell && model.known.image === snap.ref && <KnownLength model={model} stage={stage} known={model.known} />}
      <MarksOnImage model={model} stage={stage} snap={snap} />
      {snap.over ? <FusionLegend over={snap.over} /> : <ColourLegend snap={snap} model={model} />}
      <SharedCursor stage={stage} linker={model.linker} />
      <CrossingElsewhere stage={stage} snap={snap} together={model.together} />
      {model.referenceLines && <ReferenceLines stage={stage} snap={snap} model={model} />}
      {snap.cursor && model.tool === 'probe' && <ProbeLabel cursor={snap.cursor} />}
      {snap.cursor && (model.tool === 'magnify' || model.loupe === cell) && <Loupe stage={stage} at={snap.cursor.at} beside={model.loupe === cell} />}
    </>
  );
}

function Message({ title, detail, failed = false, children }: { title: string; detail: ReactNode; failed?: boolean; children?: ReactNode }): ReactElement {
  return (
    <div className="say pass" role={failed ? 'alert' : undefined} data-testid={failed ? 'viewport-error' : 'viewport-empty'}>
      <b>{title}</b>
      <span>{detail}</span>
      {children}
    </div>
  );
}

/** An image that is wanted while the server does not answer: what is under it is another one. */
function OutOfReach({ snap }: { snap: Snapshot }): ReactElement {
  const words = useNextTry();
  const title = snap.displaySet?.images.length ? t('Image {number} is not here yet.', { number: snap.index + 1 }) : t('This series is not here yet.');
  return (
    <div className="say pass covers" data-testid="out-of-reach">
      <b>{title}</b>
      <span>{t('The server did not answer. Nothing is lost.')} {words}</span>
    </div>
  );
}

/** Which of the studies of one patient this is, when there are several on screen. */
function StudyBadge({ model, state }: { model: ViewerModel; state: SeriesState }): ReactElement | null {
  const shown = model.hanging.cells.map((uid) => model.series.get(uid)?.study).filter((s) => s && samePatient(s, state.study));
  const newest = shown.reduce((a, b) => (a && b && `${a.study_date}${a.study_time}` >= `${b.study_date}${b.study_time}` ? a : b), undefined);
  if (!newest || new Set(shown.map((s) => s?.study_instance_uid)).size < 2) return null;
  const current = newest.study_instance_uid === state.study.study_instance_uid;
  const age = current ? '' : before(state.study.study_date, newest.study_date);
  return <span className={`cmp ${current ? '' : 'prior'}`} data-testid="study-badge">{current ? t('Current') : [t('Prior'), age].filter(Boolean).join(', ')}</span>;
}

function Letters({ snap, image }: { snap: Snapshot; image: ImageRef }): ReactElement | null {
  const axes = axesOf(image.dataset, image.frame);
  if (!axes) return null;
  const edge = edgeLetters(axes, snap.matrix);
  return (
    <>
      <span className="ori n" data-testid="orientation-top">{edge.top}</span>
      <span className="ori e" data-testid="orientation-right">{edge.right}</span>
      <span className="ori s" data-testid="orientation-bottom">{edge.bottom}</span>
      <span className="ori w" data-testid="orientation-left">{edge.left}</span>
    </>
  );
}
