import { IconContrast2, IconCube, IconFlipHorizontal, IconFlipVertical, IconFocusCentered, IconHandStop, IconMaximize, IconRestore, IconRotate2, IconRotate3d, IconRotateClockwise2, IconZoomIn, IconZoomScan } from '@tabler/icons-react';
import type { ComponentType, ReactElement } from 'react';
import { t } from '../../../core/language';
import { VIEWER_COMMANDS } from '../../../domain/commands';
import { LinesGlyph, OneToOne, ProbeGlyph, ScrollGlyph, WindowGlyph } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';
import { keyNow } from '../../keys';
import type { ViewerModel } from '../../viewer-model';

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
  return (
    <nav className="tools" aria-label={t('Tools')}>
      {TOOLS.map(([id, icon]) => (
        <Button key={id} id={id} icon={icon} on={id === `tool.${model.tool}`} act={act} />
      ))}
      <hr />
      {ACTS.map(([id, icon, low]) => (
        <Button key={id} id={id} icon={icon} low={low} on={isOn(id, model)} whyNot={whyNot(id, model)} act={act} />
      ))}
    </nav>
  );
}

function isOn(id: string, model: ViewerModel): boolean {
  if (id === 'lines.toggle') return model.referenceLines;
  if (id === 'volume.planes') return model.multiplanar.active !== undefined;
  if (id === 'three.toggle') return Boolean(model.stage()?.snapshot().three);
  return id === 'image.invert' && Boolean(model.stage()?.snapshot().inverted);
}

/** Not possible here: dim, and the tip says why. */
function whyNot(id: string, model: ViewerModel): string {
  if (id === 'three.toggle' && !model.stage()?.snapshot().three) return model.multiplanar.whyNot();
  return id === 'volume.planes' && !model.multiplanar.active ? model.multiplanar.whyNot() : '';
}

function Button({ id, icon, on = false, low = false, whyNot = '', act }: { id: string; icon: Glyph; on?: boolean; low?: boolean; whyNot?: string; act: (id: string) => boolean }): ReactElement {
  const command = BY_ID.get(id);
  return <IconButton label={command?.title ?? id} hint={keyNow(id)} help={whyNot || command?.hint} dim={whyNot !== ''} icon={icon} on={on} low={low} beside onClick={() => act(id)} testid={id.replace('.', '-')} />;
}
