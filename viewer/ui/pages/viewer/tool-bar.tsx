import { IconContrast2, IconCube, IconFlipHorizontal, IconFlipVertical, IconFocusCentered, IconHandStop, IconMaximize, IconRestore, IconRotate2, IconRotate3d, IconRotateClockwise2, IconZoomIn, IconZoomScan } from '@tabler/icons-react';
import { useCallback, useSyncExternalStore, type ComponentType, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { VIEWER_COMMANDS } from '../../../domain/commands';
import { topicOf } from '../../../domain/tool-help';
import { LinesGlyph, OneToOne, ProbeGlyph, ScrollGlyph, WindowGlyph } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';
import type { Rest } from '../../parts/use-rest';
import { keyNow } from '../../keys';
import type { ViewerModel } from '../../viewer-model';
import { whyNot } from './possible';

type Glyph = ComponentType<{ size?: number | string; stroke?: number | string; className?: string }>;

const TOOLS: [string, Glyph][] = [
  ['tool.window', WindowGlyph],
  ['tool.pan', IconHandStop],
  ['tool.zoom', IconZoomIn],
  ['tool.scroll', ScrollGlyph],
  ['tool.probe', ProbeGlyph],
  ['tool.magnify', IconZoomScan],
  ['tool.crosshair', IconFocusCentered],
];

const ACTS: [string, Glyph, boolean][] = [
  ['volume.planes', IconCube, false],
  ['three.toggle', IconRotate3d, true],
  ['lines.toggle', LinesGlyph, false],
  ['image.fit', IconMaximize, false],
  ['image.one', OneToOne, false],
  ['image.left', IconRotate2, true],
  ['image.right', IconRotateClockwise2, false],
  ['image.flip-h', IconFlipVertical, false],
  ['image.flip-v', IconFlipHorizontal, true],
  ['image.invert', IconContrast2, false],
  ['image.reset', IconRestore, false],
];

const BY_ID = new Map(VIEWER_COMMANDS.map((c) => [c.id, c]));

export function ToolBar({ model, act }: { model: ViewerModel; act: (id: string) => boolean }): ReactElement {
  useActiveImage(model);
  const button = (id: string, icon: Glyph, low: boolean, on: boolean) => <Button key={id} id={id} icon={icon} low={low} on={on} whyNot={whyNot(id, model)} model={model} act={act} />;
  return (
    <nav className="tools" aria-label={t('Tools')}>
      {TOOLS.map(([id, icon]) => button(id, icon, false, id === `tool.${model.tool}`))}
      <hr />
      {ACTS.map(([id, icon, low]) => button(id, icon, low, isOn(id, model)))}
    </nav>
  );
}

/** Renders again when what hangs in the active viewport is another thing to the tools; scrolling is none. */
function useActiveImage(model: ViewerModel): void {
  const stage = model.stage();
  useSyncExternalStore(
    useCallback((listener: () => void) => stage?.subscribe(listener) ?? (() => undefined), [stage]),
    () => {
      const snap = stage?.snapshot();
      return snap ? [snap.displaySet?.seriesInstanceUid, snap.displaySet?.images.length, snap.inverted, snap.three, snap.tiles > 1, snap.shown >= 0].join() : '';
    },
  );
}

function isOn(id: string, model: ViewerModel): boolean {
  if (id === 'lines.toggle') return model.referenceLines;
  if (id === 'volume.planes') return model.multiplanar.active !== undefined;
  if (id === 'three.toggle') return Boolean(model.stage()?.snapshot().three);
  return id === 'image.invert' && Boolean(model.stage()?.snapshot().inverted);
}

/** Resting on a tool, or holding a finger on it, explains it on the image. */
export function restOf(id: string, model: ViewerModel): Rest | undefined {
  const topic = topicOf(id);
  if (!topic) return undefined;
  return { rests: (resting) => model.toolHelp.rest(resting ? topic : undefined), held: () => model.toolHelp.show(topic) };
}

interface ButtonProps {
  id: string;
  icon: Glyph;
  on: boolean;
  low: boolean;
  whyNot: string;
  model: ViewerModel;
  act: (id: string) => boolean;
}

function Button({ id, icon, on, low, whyNot, model, act }: ButtonProps): ReactElement {
  const command = BY_ID.get(id);
  return <IconButton label={command?.title ?? id} hint={keyNow(id)} help={whyNot || command?.hint} dim={whyNot !== ''} icon={icon} on={on} low={low} beside rest={restOf(id, model)} onClick={() => act(id)} testid={id.replace('.', '-')} />;
}
