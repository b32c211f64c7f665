/** A structured report as a document: read, searched, copied, printed; what it names is a press away. */
import { IconCopy, IconPrinter, IconSearch } from '@tabler/icons-react';
import { memo, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import { flushSync } from 'react-dom';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { blocksOf } from '../../../domain/report-document';
import { doseOf, type DoseSummary } from '../../../domain/report-dose';
import { isCad, marksOf } from '../../../domain/report-marks';
import { codeWords, instancesOf, meaningOf, readReport, type ContentItem, type Reference } from '../../../domain/report';
import { momentOf } from '../../../domain/report-moments';
import { headingOf, headOf, measureOf, plainText, predecessorsOf, referenceWords, unitWords } from '../../../domain/report-words';
import { IconButton } from '../../parts/icon-button';
import { Icon } from '../../parts/icon';
import { selectMark, selectedMark, shownMarks, showMarks } from '../../layers/report-marks';
import type { KindProps } from '../kind-view';
import { Blocks } from './blocks';
import { jumpTo, jumpToMoment, jumpToPlace } from './jump';
import { usePrintout } from './printout';
import { ActsContext, type Acts } from './values';
import './style.css';

/** Not drawn anew for every change of the page: a report may have ten thousands of lines. */
export default memo(function ReportView({ model, cell, object }: KindProps): ReactElement {
  const uid = text(object, '00080018');
  const report = useMemo(() => readReport(object), [object]);
  const blocks = useMemo(() => blocksOf(report.root), [report]);
  const dose = useMemo(() => doseOf(report), [report]);
  const marks = marksOf(object);
  const title = meaningOf(report.root.name) || text(object, '0008103E') || t('Report');
  const paper = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState('');
  const [hits, setHits] = useState({ count: 0, at: -1 });
  useSyncExternalStore(model.own.subscribe, () => model.own.of('report-marks'));
  // Names of images are known when their series are read; a long report is not drawn anew for anything else.
  useSyncExternalStore(model.subscribe, () => [...model.series.values()].filter((one) => one.set).length);
  // Whoever opens a report wants to see what it speaks of.
  useEffect(() => {
    if (marksOf(object).length) showMarks(model, uid, true);
  }, [model, object, uid]);
  const [whole, setWhole] = useState(false);
  const drawAll = useCallback(() => flushSync(() => setWhole(true)), []);
  const isMeant = () => model.hanging.cells[model.active] === model.hanging.cells[cell] && model.active === cell;
  usePrintout(paper, { isMeant, drawAll, heading: headingOf(object, title) });
  const chosen = selectedMark(model);
  const jump = (one: ContentItem, to?: Reference) => {
    selectMark(model, uid, one.position);
    const moment = momentOf(one, report);
    if (moment) return void jumpToMoment(model, cell, moment);
    const mark = marks.find((m) => m.position === one.position);
    if (mark?.frameOfReference) return void jumpToPlace(model, cell, mark);
    const reference = to ?? mark?.images[0] ?? instancesOf(one.data)[0];
    if (!reference?.uid) return model.tell(t('The report does not say on which image this is.'));
    void jumpTo(model, cell, reference);
  };
  const goTo = (position: string) => {
    drawAll();
    const found = paper.current?.querySelector(`[data-item="${CSS.escape(position)}"]`);
    if (!found) return model.tell(t('Item {number} is not in this report.', { number: position }));
    found.scrollIntoView({ block: 'center' });
    selectMark(model, uid, position);
  };
  const acts: Acts = { query: query.toLowerCase(), chosen: chosen.report === uid ? chosen.position : '', whole, jump, goTo, nameOf: (one) => nameOf(model, one) };
  // What was found is in the page only after it was drawn.
  useEffect(() => {
    const count = () => {
      const found = query ? (paper.current?.querySelectorAll('mark').length ?? 0) : 0;
      setHits((before) => (before.count === found ? before : { count: found, at: found ? 0 : -1 }));
    };
    count();
    if (!query || !paper.current) return undefined;
    const more = new MutationObserver(count);
    more.observe(paper.current, { childList: true, subtree: true });
    return () => more.disconnect();
  }, [query, object]);
  const step = (by: number) => {
    const all = paper.current?.querySelectorAll('mark');
    if (!all?.length) return;
    const at = (hits.at + by + all.length) % all.length;
    all.forEach((m, i) => m.classList.toggle('now', i === at));
    all[at]?.scrollIntoView({ block: 'center' });
    setHits({ count: all.length, at });
  };
  const on = shownMarks(model).includes(uid);
  return (
    <ActsContext.Provider value={acts}>
      <div className="rbar">
        <label className="field rsearch">
          <Icon of={IconSearch} size="s" />
          <input value={query} placeholder={t('Search in the report')} aria-label={t('Search in the report')} data-testid="report-search"
            onChange={(e) => setQuery(e.target.value.slice(0, 100))}
            onKeyDown={(e) => {
              if (e.key === 'Enter') step(e.shiftKey ? -1 : 1);
              if (e.key === 'Escape') setQuery('');
            }} />
        </label>
        {query && <span className="t2 num" role="status" data-testid="report-hits">{hits.count ? t('{number} of {count}', { number: hits.at + 1, count: hits.count }) : t('not found')}</span>}
        <span className="grow" />
        {marks.length > 0 && <button className="btn" aria-pressed={on} onClick={() => showMarks(model, uid, !on)} data-testid="report-marks">{on ? t('Hide marks') : t('Show marks')}</button>}
        <IconButton label={t('Copy as text')} icon={IconCopy} testid="report-copy"
          onClick={() => void navigator.clipboard.writeText(plainText(title, object, report)).then(() => model.tell(t('The report was copied.')), () => model.tell(t('The browser does not let us copy.')))} />
        <IconButton label={t('Print')} icon={IconPrinter} testid="report-print" onClick={() => { model.update({ active: cell }); window.print(); }} />
      </div>
      <div className="scrolls rscroll" tabIndex={0} aria-label={t('Report')} role="document">
        <article className="rpaper" ref={paper} data-testid="report">
          <h1 title={report.root.name && codeWords(report.root.name)}>{title}</h1>
          <dl className="rhead">{headOf(object).map(([name, words], i) => <div key={i}><dt>{name}</dt><dd><bdi>{words}</bdi></dd></div>)}</dl>
          <Predecessors of={predecessorsOf(object)} acts={acts} onJump={(r) => void jumpTo(model, cell, r)} />
          {report.notes.map((note) => <p key={note} className="rnote" role="note" data-testid="report-note">{note}</p>)}
          {isCad(object) && <p className="rnote">{t('Computed marks. No reader has confirmed them.')}</p>}
          {dose && <Dose dose={dose} />}
          <Blocks blocks={blocks} level={2} />
        </article>
      </div>
    </ActsContext.Provider>
  );
});

function Predecessors({ of, acts, onJump }: { of: Reference[]; acts: Acts; onJump: (r: Reference) => void }): ReactElement | null {
  if (!of.length) return null;
  return <p className="t2" data-testid="report-replaces">{t('Replaces')} {of.slice(0, 20).map((one, i) => <button key={i} className="rlink" title={one.uid} onClick={() => onJump(one)}>{acts.nameOf(one)}</button>)}</p>;
}

function Dose({ dose }: { dose: DoseSummary }): ReactElement {
  return (
    <section className="rdose" data-testid="report-dose">
      <h2>{t('Totals')}</h2>
      <table className="rtable">
        <thead><tr><th>{t('Measured')}</th><th className="r">{t('Value')}</th><th>{t('Unit')}</th></tr></thead>
        <tbody>
          {dose.events.map(({ name, count }) => <tr key={name}><td>{name}</td><td className="r num">{count}</td><td>{t('{count|event|events}', { count })}</td></tr>)}
          {dose.totals.map((one) => {
            const { number, unit, qualifier } = measureOf(one.data);
            return <tr key={one.position}><td>{meaningOf(one.name)}{one.children.map((c) => meaningOf(c.name) && ` · ${detail(c)}`)}</td><td className="r num">{number || meaningOf(qualifier)}</td><td>{unitWords(unit)}</td></tr>;
          })}
          {dose.sums.map((s) => <tr key={`${s.name} ${s.unit}`} className="t2"><td>{t('{name}, {count} values of the events added up', { name: s.name, count: s.of })}</td><td className="r num">{Number(s.number.toPrecision(6))}</td><td>{s.unit}</td></tr>)}
        </tbody>
      </table>
    </section>
  );
}

function detail(one: ContentItem): string {
  const code = one.data['0040A168']?.Value?.[0] as Record<string, { Value?: unknown[] }> | undefined;
  const meaning = code?.['00080104']?.Value?.[0];
  return typeof meaning === 'string' ? meaning : meaningOf(one.name);
}

/** 'Series 4, image 57', as it is called here; else what it is. */
function nameOf(model: KindProps['model'], one: Reference): string {
  for (const uid of model.order()) {
    const state = model.series.get(uid);
    const at = state?.set?.images.findIndex((i) => i.sopInstanceUid === one.uid && (!one.frames.length || one.frames.includes(i.frame))) ?? -1;
    const named = String(state?.series.series_number ?? '');
    if (at >= 0) return [t('Series {number}, image {image}', { number: named, image: at + 1 }), one.frames.length || one.segments.length ? referenceWords(one) : ''].filter(Boolean).join(', ');
    if (state?.set?.objects.some((ds) => text(ds, '00080018') === one.uid)) return [t('Series {number}', { number: named }), one.channels.length ? referenceWords(one) : ''].filter(Boolean).join(', ');
  }
  return [t('an object that is not here'), one.frames.length ? referenceWords(one) : ''].filter(Boolean).join(', ');
}
