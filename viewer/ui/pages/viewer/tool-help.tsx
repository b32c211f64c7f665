/** What a tool does, drawn on the image of the active viewport: between the letters, never in the way of the pointer. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { listOf, t } from '../../../core/language';
import { helpOf, type Gesture, type ToolHelp, type Topic } from '../../../domain/tool-help';
import { keyNow, mouseNow } from '../../keys';
import { useMedia } from '../../parts/browser';
import { Caps } from '../../parts/keys';
import { usePreferences } from '../../preferences';
import type { ViewerModel } from '../../viewer-model';

export function ToolHelpOnImage({ model, cell }: { model: ViewerModel; cell: number }): ReactElement | null {
  useSyncExternalStore(model.subscribe, model.snapshot);
  usePreferences();
  const touch = useMedia('(pointer: coarse)');
  const { topic } = model.toolHelp;
  if (cell !== model.active) return null;
  // The place is there before the words, so that screen readers hear them come.
  return (
    <div className="toolhelp" role="status">
      {topic && <Card topic={topic} help={helpOf(topic, { keyOf: keyNow, mouse: mouseNow(), touch })} />}
    </div>
  );
}

function Card({ topic, help }: { topic: Topic; help: ToolHelp }): ReactElement {
  const { title, sentence, key, always, keys } = help;
  return (
    <div className="card" data-testid="tool-help" data-topic={topic}>
      <Drawing topic={topic} help={help} />
      <div>
        <b>{title}</b> <Caps keys={key} />
        <p>{sentence}</p>
        {(always.length > 0 || keys.length > 0) && (
          <p className="dim">
            {t('With any tool:')} {listOf(always)} {keys.map((one) => <Caps key={one} keys={one} />)}
          </p>
        )}
      </div>
    </div>
  );
}

/** On a grid of 112 x 60: what is pressed and where it goes, beside it what comes of that. */
function Drawing({ topic, help }: { topic: Topic; help: ToolHelp }): ReactElement {
  return (
    <svg viewBox="0 0 112 60" width="112" height="60" aria-hidden>
      <Arrows gesture={help.gesture} />
      <g className={`hand ${help.gesture}`}>{help.press === 'finger' ? <Finger /> : <Mouse press={help.press} />}</g>
      <g className="sign">{SIGNS[topic]}</g>
    </svg>
  );
}

function Mouse({ press = '' }: { press?: string | undefined }): ReactElement {
  const wheel = press === 'middle' || press.toLowerCase().endsWith('wheel');
  return (
    <>
      {(press === 'left' || press === 'both') && <path className="pressed" d="M26 27v-3a10 10 0 0 1 10-10v13z" />}
      {(press === 'right' || press === 'both') && <path className="pressed" d="M46 27v-3a10 10 0 0 0-10-10v13z" />}
      <rect x="26" y="14" width="20" height="32" rx="10" />
      <path d="M26 27h20M36 14v4M36 25v2" />
      <rect className={wheel ? 'pressed' : ''} x="34" y="18" width="4" height="7" rx="2" />
    </>
  );
}

function Finger(): ReactElement {
  return (
    <>
      <circle className="pressed" cx="36" cy="22" r="4" />
      <path d="M27 22a9 9 0 0 1 18 0" />
      <path d="M31 46V23a5 5 0 0 1 10 0v12l5 3v8" />
    </>
  );
}

const [UP, DOWN, LEFT, RIGHT] = ['M36 10V2m-4 4 4-4 4 4', 'M36 50v8m-4-4 4 4 4-4', 'M20 30H8m4-4-4 4 4 4', 'M52 30h12m-4-4 4 4-4 4'];
const WAYS: Record<Gesture, readonly string[]> = { any: [UP, DOWN, LEFT, RIGHT], updown: [UP, DOWN], wheel: [UP, DOWN], point: [] };

function Arrows({ gesture }: { gesture: Gesture }): ReactElement {
  return <g className="way">{WAYS[gesture].map((d) => <path key={d} d={d} />)}</g>;
}

const SIGNS: Record<Topic, ReactElement> = {
  window: <><circle cx="92" cy="30" r="13" /><path className="fill" d="M92 17v26a13 13 0 0 0 0-26z" /></>,
  pan: <><rect x="78" y="18" width="20" height="16" rx="2" className="faint" /><rect x="86" y="26" width="20" height="16" rx="2" /></>,
  zoom: <><rect x="78" y="16" width="28" height="28" rx="2" /><rect x="87" y="25" width="10" height="10" rx="1" className="faint" /></>,
  scroll: <><path className="faint" d="M84 16h20v20M81 19h20v20" /><rect x="78" y="22" width="20" height="20" rx="1" /></>,
  probe: <><path d="M86 22v12M80 28h12" /><rect x="90" y="33" width="18" height="11" rx="2" /><path d="M94 38.500h10" /></>,
  magnify: <><circle cx="91" cy="28" r="12" /><circle cx="91" cy="28" r="5" className="fill" /><path d="m100 37 7 7" /></>,
  crosshair: <><path d="M92 15v30M77 30h30" /><circle cx="92" cy="30" r="3" className="fill" /></>,
  curve: <><path d="M78 42c6-24 20 4 28-24" /><circle cx="78" cy="42" r="2.500" className="fill" /><circle cx="91" cy="30" r="2.500" className="fill" /><circle cx="106" cy="18" r="2.500" className="fill" /></>,
  size: <><path d="M78 40 106 20" /><path d="m75 36 6 8M103 16l6 8" /></>,
  mask: <><rect x="78" y="16" width="22" height="22" rx="2" /><rect x="84" y="22" width="22" height="22" rx="2" className="faint" /><path d="M86 27h6M89 24v6" /></>,
  slab: <><path strokeDasharray="4 3" d="M78 20h28M78 40h28" /><path d="M92 36V24m-3 3 3-3 3 3m-6 6 3 3 3-3" /></>,
  three: <><path d="m92 18 11 6v12l-11 6-11-6V24zM81 24l11 6 11-6M92 30v12" /><path className="faint" d="M78 46a22 8 0 0 0 28 0m-4-1 4 1-1 4" /></>,
};
