/** Surfaces alone in a viewport: canvas, letters of the patient, the pointer that turns them, and buttons for those without keys. */
import { useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import { t } from '../../core/language';
import { lettersOf } from '../../core/orientation';
import type { Point3 } from '../../core/geometry';
import type { Eye } from '../../core/rays';
import { FACES } from '../../core/rays';
import type { Surface } from '../../core/surfaces';
import { MeshStage } from '../stage/mesh-stage';
import type { Stage } from '../stage/stage';
import { FROM_FACE } from './faces';
import { useTurning } from './use-turning';
import './mesh-view.css';

interface Props {
  /** Of the viewport: commands and keys of the viewer go to the surfaces while they are there. */
  stage: Stage | undefined;
  surfaces: readonly Surface[];
  /** The axes of the coordinates are those of a patient: then there are letters. */
  inPatient: boolean;
  /** What is seen, for screen readers. */
  label: string;
  /** From where it was looked at before, and where that is kept. */
  eye?: Eye | undefined;
  onEye?: ((eye: Eye) => void) | undefined;
}

export function MeshView({ stage, surfaces, inPatient, label, eye, onEye }: Props): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const before = useRef(eye);
  const [view, setView] = useState<MeshStage>();
  useEffect(() => {
    if (!canvas.current) return undefined;
    const made = new MeshStage(canvas.current, before.current);
    setView(made);
    if (stage) stage.turnable = made;
    return () => {
      if (stage?.turnable === made) stage.turnable = undefined;
      made.close();
    };
  }, [stage]);
  useEffect(() => view?.setSurfaces(surfaces), [view, surfaces]);
  return (
    <div className="three meshes" data-testid="mesh-view" role="group" aria-label={label}>
      <canvas ref={canvas} role="img" aria-label={label} />
      {view && <Overlay view={view} inPatient={inPatient} onEye={onEye} />}
    </div>
  );
}

function Overlay({ view, inPatient, onEye }: { view: MeshStage; inPatient: boolean; onEye: ((eye: Eye) => void) | undefined }): ReactElement {
  const { eye, words, drawn } = useSyncExternalStore(view.subscribe, view.snapshot);
  const pointer = useTurning(view, () => undefined);
  useEffect(() => {
    if (eye) onEye?.(eye);
  }, [eye, onEye]);
  const letters = (v: Point3, sign: 1 | -1) => lettersOf(v.map((n) => n * sign) as Point3);
  return (
    <>
      <div className="hand" {...pointer} data-testid="mesh-hand" data-drawn={drawn} data-mm={eye?.mm}>
        {eye && inPatient && (
          <>
            <span className="ori n">{letters(eye.up, 1)}</span>
            <span className="ori e">{letters(eye.right, 1)}</span>
            <span className="ori s">{letters(eye.up, -1)}</span>
            <span className="ori w">{letters(eye.right, -1)}</span>
          </>
        )}
        {words && <div className="say pass" role="alert" data-testid="mesh-words"><b>{words}</b></div>}
      </div>
      <div className="row meshbar">
        {FACES.map((face) => (
          <button key={face} className="btn" aria-label={FROM_FACE[face]} title={FROM_FACE[face]} onClick={() => view.lookFrom(face)} data-testid={`mesh-from-${face}`}>{face}</button>
        ))}
        <button className="btn" onClick={() => view.reset()} data-testid="mesh-reset">{t('Reset')}</button>
      </div>
    </>
  );
}
