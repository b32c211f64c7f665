/** Keys and mouse: every command with its key, every button with what it does, to be changed. */
import { IconRestore, IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { GROUP_NAMES, matchesQuery, VIEWER_COMMANDS, type Command } from '../../domain/commands';
import { t } from '../../core/language';
import { faultOf, isUsual, keyOf, ownerOf, USUAL_KEYS, withKey, withUsualKey, writtenKey, type KeyChoice } from '../../domain/keys';
import { isUsualMouse, USUAL_MOUSE } from '../../domain/mouse';
import { chooseKeys, chooseMouse, keyChoice, mouseNow } from '../keys';
import { Switch } from '../parts/fields';
import { Icon } from '../parts/icon';
import { IconButton } from '../parts/icon-button';
import { Caps } from '../parts/keys';
import { useKeys } from '../parts/use-keys';
import { usePreferences } from '../preferences';
import { chooseExplaining, explainsFirst } from '../tool-help';
import { MouseTable } from './mouse-table';
import { useModal } from '../parts/use-modal';

const GROUPS: Command['group'][] = ['Tool', 'Image', 'Window', 'Colour', 'Move', 'Layout', 'Screen', 'Study'];
const TITLES = new Map(VIEWER_COMMANDS.map((c) => [c.id, c.title]));

/** Another command has the key that was pressed. */
interface Conflict {
  id: string;
  key: string;
  owner: string;
}

export function KeyDialog({ first, onClose }: { first: string; onClose: () => void }): ReactElement {
  useModal();
  usePreferences();
  const choice = keyChoice();
  const [query, setQuery] = useState('');
  const [waiting, setWaiting] = useState(first);
  const [conflict, setConflict] = useState<Conflict>();
  const [fault, setFault] = useState('');
  const search = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (!first) search.current?.focus();
  }, [first]);
  // On the window: a button that has gone or is dim now leaves the focus nowhere.
  useKeys((e) => e.key === 'Escape' && onClose(), true);
  const take = (id: string, key: string) => {
    setWaiting('');
    setFault('');
    const owner = ownerOf(key, choice);
    if (faultOf(key)) setFault(faultWords(key));
    else if (owner && owner !== id) setConflict({ id, key, owner });
    else chooseKeys(withKey(choice, id, key));
  };
  const begin = (id: string) => {
    setConflict(undefined);
    setFault('');
    setWaiting(id);
  };
  const shown = VIEWER_COMMANDS.filter((c) => matchesQuery(`${c.title} ${GROUP_NAMES[c.group]} ${c.hint ?? ''}`, query) || (query !== '' && keyOf(c.id, choice).toLowerCase() === query.toLowerCase()));
  return (
    <div className="shade" onPointerDown={(e) => e.target === e.currentTarget && onClose()}>
      <div className="dlg keydlg" role="dialog" aria-modal aria-label={t('Keys and mouse')} tabIndex={-1} data-testid="key-dialog">
        <div className="hd">
          <h2>{t('Keys and mouse')}</h2>
          <span className="grow" />
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <label className="keysearch">
          <Icon of={IconSearch} size="m" />
          <input ref={search} className="grow" placeholder={t('Search a command or a key')} aria-label={t('Search a command or a key')} value={query} onChange={(e) => setQuery(e.target.value)} data-testid="key-search" />
        </label>
        <p className="hint" role="status" data-testid="key-fault">{fault}</p>
        <div className="bd">
          {GROUPS.map((group) => {
            const commands = shown.filter((c) => c.group === group);
            return commands.length > 0 && (
              <section key={group} aria-label={GROUP_NAMES[group]}>
                <h3>{GROUP_NAMES[group]}</h3>
                {commands.map((c) => (
                  <KeyRow key={c.id} command={c} choice={choice} waiting={waiting === c.id} conflict={conflict?.id === c.id ? conflict : undefined} onBegin={() => begin(c.id)} onKey={(key) => take(c.id, key)} onStop={() => setWaiting('')} onSettle={() => setConflict(undefined)} />
                ))}
              </section>
            );
          })}
          {!query && <MouseTable />}
          {!shown.length && <p className="t3 sm">{t('No command is called “{text}”, and none has that key.', { text: query })}</p>}
        </div>
        <div className="ft">
          <Switch on={choice.letters} onChange={(letters) => chooseKeys({ ...choice, letters })} testid="key-letters">{t('Single letters, digits and signs act')}</Switch>
          <Switch on={explainsFirst()} onChange={chooseExplaining} testid="explain-tools">{t('Tools are explained on the image when first chosen')}</Switch>
          <span className="grow" />
          <button
            className="btn"
            disabled={!Object.keys(choice.keys).length && choice.letters && isUsualMouse(mouseNow())}
            onClick={() => {
              setConflict(undefined);
              chooseKeys(USUAL_KEYS);
              chooseMouse(USUAL_MOUSE);
            }}
            data-testid="key-reset-all"
          >
            {t('All as usual')}
          </button>
          <button className="btn primary" onClick={onClose}>{t('Done')}</button>
        </div>
      </div>
    </div>
  );
}

function faultWords(key: string): string {
  return faultOf(key) === 'cancel' ? t('Esc cancels, and stays with that.') : t('The browser keeps {key} for itself. Press another key.', { key });
}

interface RowProps {
  command: Command;
  choice: KeyChoice;
  waiting: boolean;
  conflict: Conflict | undefined;
  onBegin: () => void;
  onKey: (key: string) => void;
  onStop: () => void;
  onSettle: () => void;
}

function KeyRow({ command, choice, waiting, conflict, onBegin, onKey, onStop, onSettle }: RowProps): ReactElement {
  const button = useRef<HTMLButtonElement>(null);
  const key = keyOf(command.id, choice);
  useEffect(() => {
    if (!waiting) return;
    button.current?.focus();
    button.current?.scrollIntoView({ block: 'nearest' });
  }, [waiting]);
  const settle = () => {
    onSettle();
    button.current?.focus();
  };
  const listen = (e: KeyboardEvent) => {
    if (!waiting) return;
    e.preventDefault();
    e.stopPropagation();
    if (e.key === 'Escape') return onStop();
    const written = writtenKey(e.nativeEvent);
    if (written) onKey(written);
  };
  return (
    <div className="keyrow" data-testid="key-row" data-command={command.id}>
      <span className="grow clip">{command.title} {command.hint && <span className="t3">{command.hint}</span>}</span>
      {key && !waiting && <IconButton label={t('No key for {command}', { command: command.title })} icon={IconX} onClick={() => chooseKeys(withKey(choice, command.id, ''))} testid="key-none" />}
      {!isUsual(command.id, choice) && <IconButton label={t('The usual key for {command}', { command: command.title })} icon={IconRestore} onClick={() => chooseKeys(withUsualKey(choice, command.id))} testid="key-usual" />}
      <button ref={button} className={`btn keycap ${waiting ? 'on' : ''}`} aria-label={t('{command}: {key}. Change', { command: command.title, key: key || t('none') })} onClick={() => !waiting && onBegin()} onKeyDown={listen} onBlur={() => waiting && onStop()} data-testid="key-change">
        {waiting ? t('Press a key') : key ? <Caps keys={key} apart /> : <span className="t3">{t('none')}</span>}
      </button>
      {conflict && (
        <p className="note" role="alert" data-testid="key-conflict">
          <span className="grow">{t('{key} is {owner}; give it to {command} instead?', { key: conflict.key, owner: TITLES.get(conflict.owner) ?? '', command: command.title })}</span>
          <button
            className="btn"
            autoFocus
            onClick={() => {
              chooseKeys(withKey(choice, conflict.id, conflict.key));
              settle();
            }}
            data-testid="key-give"
          >
            {t('Give it')}
          </button>
          <button className="btn plain" onClick={settle} data-testid="key-leave">{t('Leave it')}</button>
        </p>
      )}
    </div>
  );
}
