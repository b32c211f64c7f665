/** The viewer: /viewer?StudyInstanceUIDs=... One model for the page, React around it. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { nameParts } from '../../../core/person-name';
import { commandFor, writtenKey } from '../../../domain/keys';
import { samePatient } from '../../../domain/study';
import { publish } from '../../automation';
import { followScans } from '../../layers/eye-scans';
import { drawCurves } from '../../layers/image-curves';
import { followThreats } from '../../layers/threats';
import { useLaid } from '../../layers/laid/follow';
import { calibrate, pixelsPerMm } from '../../calibration';
import { isTyping, useMedia } from '../../parts/browser';
import { Say } from '../../parts/say';
import { useKeys } from '../../parts/use-keys';
import { commandOf, keyChoice } from '../../keys';
import { usePreferences } from '../../preferences';
import { areBeside, listAddress, navigate, studyUids } from '../../router';
import { httpServer } from '../../server/http-server';
import { layoutElsewhere, useKeeping, useKeptLayout } from '../../session';
import { useTherapy } from '../../therapy/use-therapy';
import { ViewerModel } from '../../viewer-model';
import { Help } from '../../panels/help';
import { KeyDialog } from '../../panels/key-dialog';
import { Palette } from '../../panels/palette';
import { run, type Screen } from './actions';
import { barStudy } from './bar-study';
import { useCine } from './use-cine';
import { CornerDialog } from './corner-dialog';
import { CalibrateDialog } from './calibrate-dialog';
import { ConnectionLine, useConnection } from './connection-line';
import { Foot } from './foot';
import { HangingDialog } from './hanging-dialog';
import { HangingSave } from './hanging-save';
import { ImageMenu } from './menu';
import { Panel } from './panel';
import { PhoneViewer } from './phone';
import { Rail } from './rail';
import { Sending } from './sending';
import { SessionOver } from './session-over';
import { ToolBar } from './tool-bar';
import { TopBar } from './top-bar';
import { useSharedLogin } from './shared-login';
import { Viewport } from './viewport';
import { WindowsCover } from './windows-line';

export { startDecoder } from '../../stage/decoder';

const RECEIVING_MS = 5000;

type Overlay = 'hangings' | 'save-hanging' | 'palette' | 'help' | 'keys' | 'calibrate' | 'texts' | 'send' | '';

/** user: who reads, '' where nobody logs in. sends, shares: whether they may. */
export default function ViewerPage({ search, user, sends, shares }: { search: string; user: string; sends: boolean; shares: boolean }): ReactElement {
  const model = useMemo(() => new ViewerModel(httpServer), []);
  useSyncExternalStore(model.subscribe, model.snapshot);
  const [overlay, setOverlay] = useState<Overlay>('');
  const screen = useMemo<Screen>(() => ({ palette: () => setOverlay('palette'), help: () => setOverlay('help'), keys: () => setOverlay('keys'), calibrate: () => setOverlay('calibrate'), texts: () => setOverlay('texts'), hangings: () => setOverlay('hangings'), saveHanging: () => setOverlay('save-hanging'), send: sends ? () => setOverlay('send') : undefined }), [sends]);
  const [keyOf, setKeyOf] = useState('');
  usePreferences();
  const phone = useMedia('(max-width: 640px)');
  const uids = useMemo(() => studyUids(search), [search]);
  const kept = useKeptLayout(uids);
  // Before the next effect, so that what is told last is told before the model closes.
  useKeeping(model, uids, search);
  useEffect(() => {
    const elsewhere = kept ? undefined : layoutElsewhere(search, uids, (words) => model.tell(words));
    if (elsewhere) void elsewhere.then((layout) => (model.isClosed ? undefined : model.open(uids, areBeside(search), layout)));
    else void model.open(uids, areBeside(search), kept);
    model.together.start();
    const unpublish = publish(model);
    const unfollow = followScans(model);
    drawCurves(model.layers);
    const unmark = followThreats(model);
    return () => {
      unfollow();
      unmark();
      unpublish();
      model.close();
    };
  }, [model, uids, search, kept]);
  useLayoutEffect(() => {
    model.run = (id) => run(id, model, screen);
  }, [model, screen]);
  const { standing } = useConnection();
  useLiveStudies(model, uids);
  useCommandKeys(model, screen, overlay !== '' || model.menu !== undefined || standing === 'over');
  useCine(model);
  useTherapy(model);
  useLaid(model);
  useTitle(model);
  useSharedLogin(user);

  if (model.loading) {
    return (
      <div className="app whole" data-testid="viewer-loading">
        {standing === 'over' && <SessionOver user={user} />}
        <ConnectionLine />
      </div>
    );
  }
  if (model.failure && !model.studies.length) {
    return (
      <main className="app whole" role="alert">
        <Say title={model.failure.title} detail={model.failure.detail} failed>
          <button className="btn" onClick={() => navigate(listAddress())}>{t('Back to studies')}</button>
        </Say>
      </main>
    );
  }
  const act = (id: string) => run(id, model, screen);
  const changeKey = (id: string, shown: Overlay = 'keys') => {
    setKeyOf(id);
    setOverlay(shown);
  };
  const overlays = (
    <>
      <ImageMenu model={model} act={act} />
      {overlay === 'palette' && <Palette model={model} onRun={act} onKey={changeKey} onClose={() => setOverlay('')} />}
      {overlay === 'hangings' && <HangingDialog model={model} onSave={screen.saveHanging} onClose={() => setOverlay('')} />}
      {overlay === 'save-hanging' && <HangingSave model={model} shares={shares} onClose={() => setOverlay('')} />}
      {overlay === 'keys' && <KeyDialog first={keyOf} onClose={() => changeKey('', '')} />}
      {overlay === 'help' && <Help onKeys={screen.keys} onClose={() => setOverlay('')} />}
      <Sending model={model} asks={overlay === 'send'} onClose={() => setOverlay('')} />
      {standing === 'over' && <SessionOver user={user} />}
      {overlay === 'texts' && <CornerDialog modality={model.series.get(model.hanging.cells[model.active] ?? '')?.series.modality ?? ''} onClose={() => setOverlay('')} />}
      {overlay === 'calibrate' && <CalibrateDialog onSize={(perMm) => calibrateUndoably(model, perMm)} onClose={() => setOverlay('')} onDone={() => run('image.true-size', model, screen)} />}
    </>
  );
  const { rows, columns } = model.hanging;
  const grid = (
    <div
      className="stage"
      data-testid="stage"
      style={model.maximised ? { gridTemplate: '1fr / 1fr' } : { gridTemplate: `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))` }}
    >
      {model.hanging.cells.map((uid, cell) => (
        <Viewport
          key={cell}
          model={model}
          cell={cell}
          active={cell === model.active && model.hanging.cells.length > 1}
          hidden={model.maximised && cell !== model.active}
          stranger={isStranger(model, uid)}
        />
      ))}
      <WindowsCover model={model} />
    </div>
  );
  if (phone) {
    return (
      <PhoneViewer model={model} act={act} screen={screen}>
        {grid}
        {overlays}
      </PhoneViewer>
    );
  }
  return (
    <div className="app" data-testid="viewer">
      <TopBar model={model} act={act} screen={screen} mixed={model.hanging.cells.some((uid) => isStranger(model, uid))} />
      <main className={`viewer ${model.panel ? '' : 'nopanel'}`}>
        <ToolBar model={model} act={act} />
        <Rail model={model} />
        {grid}
        {model.panel && <Panel model={model} />}
      </main>
      <Foot model={model} act={act} />
      {overlays}
    </div>
  );
}

function calibrateUndoably(model: ViewerModel, perMm: number): void {
  const before = pixelsPerMm();
  calibrate(perMm);
  model.note({ words: t('calibration'), kind: '', undo: () => calibrate(before), redo: () => calibrate(perMm) });
}

/** Another patient than the one the bar names, in a viewport that is on screen. */
function isStranger(model: ViewerModel, uid: string): boolean {
  const named = barStudy(model);
  const study = model.series.get(uid)?.study;
  return Boolean(named && study && !samePatient(named, study));
}

function useTitle(model: ViewerModel): void {
  const study = barStudy(model);
  const name = study ? nameParts(study.patient_name).main : '';
  useEffect(() => {
    document.title = `${name || t('Images')} · Reading Room`;
  }, [name]);
}

function useLiveStudies(model: ViewerModel, uids: readonly string[]): void {
  // Events end with the session.
  const { times } = useConnection();
  useEffect(
    () =>
      httpServer.events(
        (e) => {
          if (e.kind === 'changed' && uids.includes(e.study_instance_uid)) void model.refresh(e.study_instance_uid).catch(() => undefined);
        },
        () => undefined,
      ),
    [model, uids, times],
  );
  // Nothing tells that nothing more came: ask while a study is said to be receiving.
  const receiving = model.studies.filter((s) => s.receiving).map((s) => s.study_instance_uid).join();
  useEffect(() => {
    if (!receiving) return undefined;
    const timer = setInterval(() => receiving.split(',').forEach((uid) => void model.refresh(uid).catch(() => undefined)), RECEIVING_MS);
    return () => clearInterval(timer);
  }, [model, receiving]);
}

/** Single letters act only when no text field has the focus. Esc twice within half a second resets. */
function useCommandKeys(model: ViewerModel, screen: Screen, blocked: boolean): void {
  const escaped = useRef(0);
  useKeys((e) => {
    const key = writtenKey(e);
    if (blocked) return;
    let id = commandOf(e);
    if (isTyping(e.target) && id !== 'screen.palette') return;
    if (key === 'Esc' && model.cancel) return model.cancel();
    if (key === 'Esc') {
      model.toolHelp.dismiss();
      const twice = performance.now() - escaped.current < 500;
      escaped.current = twice ? 0 : performance.now();
      id = twice ? commandFor(['Esc Esc'], keyChoice()) : undefined;
    }
    const onButton = e.target instanceof HTMLElement && e.target.closest('button, a');
    if (onButton && (key === 'Enter' || key === 'Space')) return;
    // Tab goes from control to control; from the images it goes to the next viewport, where there is one.
    if (key === 'Tab' && (e.target !== document.body || model.hanging.cells.length < 2 || model.maximised)) return;
    if (id && run(id, model, screen)) e.preventDefault();
  });
}
