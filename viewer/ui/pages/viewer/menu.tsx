/** The menu on the image (right click, long press, Shift F10): what is often done to it, with its keys. */
import { useLayoutEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { VIEWER_COMMANDS } from '../../../domain/commands';
import { keyNow } from '../../keys';
import { Caps } from '../../parts/keys';
import type { ViewerModel } from '../../viewer-model';
import { whyNot } from './possible';

const ITEMS: readonly (readonly string[])[] = [
  ['window.acquired', 'image.invert', 'window.keep'],
  ['image.fit', 'image.one', 'image.true-size', 'image.left', 'image.right', 'image.flip-h', 'image.flip-v', 'image.reset'],
  ['layout.maximise', 'tiles.toggle', 'link.toggle', 'lines.toggle', 'compare.toggle'],
  ['windows.open'],
  ['cine.toggle', 'edit.undo', 'screen.palette'],
];
/** Where another window is. */
const AMONG_WINDOWS = ['windows.send', 'windows.move', 'windows.open'];

const TITLES = new Map(VIEWER_COMMANDS.map((c) => [c.id, c.title]));
const EDGE = 8;

export function ImageMenu({ model, act }: { model: ViewerModel; act: (id: string) => boolean }): ReactElement | null {
  const { menu } = model;
  const list = useRef<HTMLDivElement>(null);
  /** The pointer was pressed since the menu came: the click of the finger that opened it lands on what came under it, and is none. */
  const pressed = useRef(false);
  useLayoutEffect(() => {
    const element = list.current;
    if (!menu || !element) return undefined;
    const { x, y } = menu === 'middle' ? middleOf(model.active) : menu;
    const { width, height } = element.getBoundingClientRect();
    // By the CSS object model: the security policy allows no style in markup.
    element.style.left = `${Math.max(EDGE, Math.min(x, window.innerWidth - width - EDGE))}px`;
    element.style.top = `${Math.max(EDGE, Math.min(y, window.innerHeight - height - EDGE))}px`;
    pressed.current = false;
    const before = document.activeElement;
    rows(element)[0]?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [menu, model]);
  if (!menu) return null;
  const close = () => model.update({ menu: undefined });
  const take = (id: string) => {
    close();
    act(id);
  };
  return (
    <div className="shade clear" onPointerDownCapture={() => (pressed.current = true)} onClickCapture={(e) => e.detail > 0 && !pressed.current && e.stopPropagation()} onPointerDown={(e) => e.target === e.currentTarget && close()} onContextMenu={(e) => e.preventDefault()} onWheel={close}>
      <div ref={list} className="menu imagemenu" role="menu" aria-label={t('Menu on the image')} onKeyDown={(e) => answer(e, close)} data-testid="image-menu">
        {ITEMS.map((group) => (group[0] === 'windows.open' && model.together.partners.length ? AMONG_WINDOWS : group)).map((group, i) => (
          <div role="group" key={i}>
            {i > 0 && <div className="sep" role="separator" />}
            {group.map((id) => <Item key={id} id={id} why={whyNot(id, model)} onTake={() => take(id)} />)}
          </div>
        ))}
      </div>
    </div>
  );
}

function Item({ id, why, onTake }: { id: string; why: string; onTake: () => void }): ReactElement {
  return (
    <button className="it" role="menuitem" tabIndex={-1} aria-disabled={why !== ''} title={why || undefined} onClick={() => !why && onTake()} onPointerEnter={(e) => e.currentTarget.focus()} data-testid="menu-item" data-command={id}>
      <span className="grow clip">{TITLES.get(id)}</span>
      <Caps keys={keyNow(id)} />
    </button>
  );
}

function rows(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[role="menuitem"]')];
}

function answer(e: KeyboardEvent<HTMLElement>, close: () => void): void {
  const all = rows(e.currentTarget);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[e.key];
  e.stopPropagation();
  if (next !== undefined) all.at(next === all.length ? 0 : next)?.focus();
  else if (e.key === 'Escape' || e.key === 'Tab') close();
  else return;
  e.preventDefault();
}

function middleOf(cell: number): { x: number; y: number } {
  const box = document.querySelector(`[data-testid="viewport-${cell}"]`)?.getBoundingClientRect();
  return box ? { x: box.left + box.width / 2, y: box.top + box.height / 3 } : { x: 0, y: 0 };
}
