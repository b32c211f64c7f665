/** Every tag of an object: found, opened, compared with another's, copied; what is elsewhere is fetched when it is asked for. */
import './style.css';
import { IconArrowsHorizontal, IconCopy, IconFold, IconSearch, IconTextWrap, IconUnlink } from '@tabler/icons-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { linesOf, lineText, type TagLine } from '../../../domain/tag-lines';
import { Icon } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';
import { useVirtualRows } from '../../parts/virtual-rows';
import type { ViewerModel } from '../../viewer-model';
import { Detail } from './detail';
import { ObjectChoice, type Choice } from './object-choice';

interface Props {
  model: ViewerModel;
  /** What is looked at while nothing else is chosen, and the one after it. */
  shown: DataSet | undefined;
  next: DataSet | undefined;
  series: string;
  /** Chosen elsewhere (the list of what is broken). */
  tagged?: DataSet | undefined;
  onTagged?: (dataset: DataSet | undefined) => void;
}

const NOTHING: ReadonlySet<string> = new Set();

export function TagBrowser({ model, shown, next, series, tagged, onTagged }: Props): ReactElement {
  const [choice, setChoice] = useState<Choice>();
  const [other, setOther] = useState<Choice>();
  const [compares, setCompares] = useState(false);
  const [onlyDifferences, setOnly] = useState(false);
  const [query, setQuery] = useState('');
  const [wide, setWide] = useState(false);
  const [open, setOpen] = useState<ReadonlySet<string>>(NOTHING);
  const dataset = choice?.dataset ?? tagged ?? shown;
  const second = compares ? (other ? other.dataset : next) : undefined;
  const words = useDeferredValue(query);
  const lines = useMemo(() => (dataset ? linesOf(dataset, second, open, { query: words, onlyDifferences }) : []), [dataset, second, open, words, onlyDifferences]);
  const toggle = (path: string, to?: boolean) => {
    const paths = new Set(open);
    const opens = to ?? !paths.has(path);
    if (opens) paths.add(path);
    else paths.delete(path);
    setOpen(paths);
  };
  const copy = (text: string) => void navigator.clipboard.writeText(text).then(() => model.tell(t('The text is on the clipboard.')), () => model.tell(t('The browser does not give the clipboard.')));
  const choose = (to: Choice | undefined) => {
    setChoice(to);
    onTagged?.(undefined);
  };
  return (
    <div className={`tagbrowser ${wide ? 'wide' : ''}`}>
      <div className="taghead">
        <label className="field">
          <Icon of={IconSearch} size="m" />
          <input placeholder={t('Name, number or value')} value={query} onChange={(e) => setQuery(e.target.value)} aria-label={t('Find a tag')} data-testid="tag-search" />
        </label>
        <div className="row gap4">
          <button className={`btn low ${compares ? 'on' : ''}`} aria-pressed={compares} onClick={() => setCompares(!compares)} data-testid="tag-compare">{t('Compare')}</button>
          {compares && <button className={`btn low ${onlyDifferences ? 'on' : ''}`} aria-pressed={onlyDifferences} onClick={() => setOnly(!onlyDifferences)} data-testid="tag-differences">{t('Differences only')}</button>}
          <span className="grow" />
          <IconButton icon={open.size ? IconFold : IconTextWrap} label={open.size ? t('Close all sequences') : t('Open all sequences')} onClick={() => setOpen(open.size ? NOTHING : new Set(['*']))} testid="tag-open-all" />
          <IconButton icon={IconCopy} label={t('Copy all that is listed')} onClick={() => copy(lines.map(lineText).join('\n'))} testid="tag-copy-all" />
          <IconButton icon={IconArrowsHorizontal} label={wide ? t('Narrow again') : t('Wider')} on={wide} onClick={() => setWide(!wide)} testid="tag-wide" />
        </div>
        <ObjectChoice model={model} series={series} name="tag" first={t('The image that is shown')} value={tagged && !choice ? { series, dataset: tagged } : choice} onChoice={choose} />
        {compares && <ObjectChoice model={model} series={series} name="tag-other" first={t('The next image')} value={other} onChoice={setOther} />}
      </div>
      {!dataset && <p className="pad t3 sm">{t('No object of this series is on the server.')}</p>}
      {compares && !second && dataset && <p className="pad t3 sm" role="status"><Icon of={IconUnlink} size="s" /> {t('There is no second object: choose one.')}</p>}
      <Lines key={String(compares)} lines={lines} compares={second !== undefined} onToggle={toggle} onCopy={copy} />
    </div>
  );
}

function Lines({ lines, compares, onToggle, onCopy }: { lines: readonly TagLine[]; compares: boolean; onToggle: (path: string, to?: boolean) => void; onCopy: (text: string) => void }): ReactElement {
  const body = useRef<HTMLDivElement>(null);
  const [path, setPath] = useState('');
  const rows = useVirtualRows(body, lines.length);
  const at = lines.findIndex((line) => line.path === path);
  const line = lines[at];
  useEffect(() => {
    if (at >= 0) rows.reveal(at);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when another line is chosen
  }, [path]);
  const go = (to: number) => setPath(lines[Math.min(Math.max(to, 0), lines.length - 1)]?.path ?? '');
  const answer = (e: KeyboardEvent) => {
    const page = Math.max(rows.last - rows.first - 18, 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -lines.length, End: lines.length }[e.key];
    if (step !== undefined) go(at + step);
    else if ((e.key === 'ArrowRight' || e.key === 'ArrowLeft') && line?.open !== undefined) onToggle(line.path, e.key === 'ArrowRight');
    else if (e.key === 'Enter' && line?.open !== undefined) onToggle(line.path);
    else if (e.key === 'c' && (e.ctrlKey || e.metaKey) && line && !getSelection()?.toString()) onCopy(lineText(line));
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <>
      <div ref={body} className="tagbody" tabIndex={0} role="tree" aria-label={t('Tags')} aria-activedescendant={at >= 0 ? 'tag-chosen' : undefined} onKeyDown={answer} data-testid="tags" data-lines={lines.length}>
        <div className="tagall" style={{ height: rows.height }}>
          {lines.slice(rows.first, rows.last).map((one, i) => (
            <Line key={one.path} line={one} top={rows.topOf(rows.first + i)} compares={compares} on={one.path === path} onTake={() => setPath(one.path)} onToggle={() => onToggle(one.path)} />
          ))}
        </div>
      </div>
      {line && <Detail key={line.path} line={line} onCopy={onCopy} />}
    </>
  );
}

function Line({ line, top, compares, on, onTake, onToggle }: { line: TagLine; top: number; compares: boolean; on: boolean; onTake: () => void; onToggle: () => void }): ReactElement {
  const { kind, tag, name, vr, length, value, other, differs, open, depth } = line;
  return (
    <div
      id={on ? 'tag-chosen' : undefined}
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={open}
      aria-selected={on}
      className={`tagline ${kind} ${on ? 'on' : ''} ${differs ? 'differs' : ''} ${compares ? 'two' : ''}`}
      style={{ top, paddingLeft: 8 + Math.min(depth, 12) * 12 }}
      onClick={() => (on && open !== undefined ? onToggle() : onTake())}
      onDoubleClick={open !== undefined && !on ? onToggle : undefined}
      data-testid="tag-line"
      data-tag={tag}
      data-differs={differs}
    >
      <span className="turn" aria-hidden onClick={(e) => { if (open === undefined) return; e.stopPropagation(); onTake(); onToggle(); }}>{open === undefined ? '' : open ? '▾' : '▸'}</span>
      <span className="mono t3 no">{tag}</span>
      <span className="t2 name">{name}</span>
      <span className="t3 vr">{vr}</span>
      <span className="t3 num len">{length ?? ''}</span>
      <span className="v1">{value}</span>
      {compares && <span className="v1 v2">{differs ? other : other && '='}</span>}
    </div>
  );
}
