/** Sections, lines and tables of a report (domain/report-document). */
import { memo, useContext, useEffect, useMemo, useState, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { instancesOf, meaningOf, walk, type ContentItem } from '../../../domain/report';
import type { Block, GroupsBlock, LogBlock, NumbersBlock } from '../../../domain/report-document';
import { ageWords, dateTimeWords, measureOf, relationWords, unitWords } from '../../../domain/report-words';
import { ActsContext, CodeSaid, Name, Said, Value } from './values';

/** Blocks that are laid out together, or not at all while they are off the screen. */
const PIECE = 100;

/** The first piece of a long list at once, the others after it: the page answers meanwhile. */
export function Blocks({ blocks, level }: { blocks: readonly Block[]; level: number }): ReactElement {
  const { whole } = useContext(ActsContext);
  const pieces = useMemo(() => Array.from({ length: Math.ceil(blocks.length / PIECE) }, (_, i) => blocks.slice(i * PIECE, (i + 1) * PIECE)), [blocks]);
  const [drawn, setDrawn] = useState(1);
  const isMore = !whole && drawn < pieces.length;
  useEffect(() => {
    if (!isMore) return undefined;
    const timer = setTimeout(() => setDrawn((n) => n * 2 + 2));
    return () => clearTimeout(timer);
  }, [isMore, drawn]);
  if (pieces.length <= 1) return <Piece blocks={blocks} level={level} />;
  return <>{pieces.slice(0, whole ? undefined : drawn).map((piece, i) => <div key={i} className="rpiece"><Piece blocks={piece} level={level} /></div>)}</>;
}

const Piece = memo(function Piece({ blocks, level }: { blocks: readonly Block[]; level: number }): ReactElement {
  return <>{blocks.map((block, i) => <One key={i} block={block} level={level} />)}</>;
});

function One({ block, level }: { block: Block; level: number }): ReactElement {
  const { chosen } = useContext(ActsContext);
  if (block.kind === 'numbers') return <Numbers block={block} />;
  if (block.kind === 'groups') return <Groups block={block} />;
  if (block.kind === 'log') return <Log block={block} />;
  const { item } = block;
  if (block.kind === 'section') {
    const Heading = `h${Math.min(level, 6)}` as 'h2';
    return (
      <section className="rsection" data-item={item.position}>
        <Heading><Name of={item} />{!item.name && <span className="t3">{t('(no name)')}</span>}{block.says.map((one) => <span key={one.position} data-item={one.position} title={meaningOf(one.name)}> · <Value of={one} /></span>)}<When of={item} /></Heading>
        <Blocks blocks={block.blocks} level={level + 1} />
      </section>
    );
  }
  return (
    <div className={`rline ${chosen === item.position ? 'on' : ''} ${item.type === 'TEXT' ? 'para' : ''}`} data-item={item.position}>
      <p><Name of={item} />{item.name && ' '}<Value of={item} /><When of={item} /></p>
      {block.blocks.length > 0 && <div className="rbelow"><Blocks blocks={block.blocks} level={level + 1} /></div>}
    </div>
  );
}

function When({ of }: { of: ContentItem }): ReactElement | null {
  const moment = text(of.data, '0040A032');
  return moment ? <span className="rrel"> {dateTimeWords(moment)}</span> : null;
}

function Numbers({ block }: { block: NumbersBlock }): ReactElement {
  return (
    <div className="rwide">
      <table className="rtable" data-testid="report-numbers">
        <thead><tr><th>{t('Measured')}</th><th className="r">{t('Value')}</th><th>{t('Unit')}</th>{block.columns.map((c) => <th key={c}>{c}</th>)}</tr></thead>
        <tbody>
          {block.rows.map(({ item, more }) => {
            const { number, unit, qualifier } = measureOf(item.data);
            return (
              <tr key={item.position} data-item={item.position}>
                <td><Name of={item} /></td>
                <td className="r num">{number ? <Said words={number} /> : qualifier ? <CodeSaid code={qualifier} /> : <span className="t3">{t('no value')}</span>}</td>
                <td>{number && unit && unitWords(unit)}{ageWords(item) && <span className="rrel"> ({ageWords(item)})</span>}{number && qualifier && <> <CodeSaid code={qualifier} /></>}<When of={item} /></td>
                {more.map((cell, i) => <td key={i}>{cell.map((one) => <Inside key={one.position} of={one} bare />)}</td>)}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Log({ block }: { block: LogBlock }): ReactElement {
  return (
    <div className="rwide">
      <table className="rtable" data-testid="report-log">
        <thead><tr><th>{t('Time')}</th><th>{t('Entry')}</th><th>{t('Value')}</th></tr></thead>
        <tbody>
          {block.rows.map((item) => (
            <tr key={item.position} data-item={item.position}>
              <td className="num">{dateTimeWords(text(item.data, '0040A032'))}</td><td><Name of={item} /></td><td><Value of={item} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The number of a row jumps to the first image or place that is said in it. */
function Groups({ block }: { block: GroupsBlock }): ReactElement {
  const { jump, chosen } = useContext(ActsContext);
  return (
    <div className="rwide">
      <table className="rtable" data-testid="report-groups">
        <caption><Name of={block.title} /></caption>
        <thead><tr><th>{t('No.')}</th>{block.columns.map((c) => <th key={c}>{c}</th>)}</tr></thead>
        <tbody>
          {block.rows.map(({ item, cells }, i) => {
            const target = placeIn(item);
            const on = chosen === item.position || chosen.startsWith(`${item.position}.`);
            return (
              <tr key={item.position} data-item={item.position} className={on ? 'on' : ''}>
                <td>{target ? <button className="rno" onClick={() => jump(target)} aria-label={t('Go to the image of row {number}', { number: i + 1 })} data-testid="report-row">{i + 1}</button> : i + 1}<When of={item} /></td>
                {cells.map((cell, j) => (
                  <td key={j}>
                    {cell.map((one) => <span key={one.position} data-item={one.position} className="rcell">{block.named && j === 0 && <><Name of={one} /> </>}<Value of={one} /><When of={one} />{one.children.map((below) => <Inside key={below.position} of={below} />)}</span>)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What says more of a value, small below it. bare: its name stands at the head of the column. */
function Inside({ of, bare = false }: { of: ContentItem; bare?: boolean }): ReactElement {
  return <span className="rinside" data-item={of.position}>{bare ? relationWords(of.relationship) : <Name of={of} />} <Value of={of} />{of.children.map((below) => <Inside key={below.position} of={below} />)}</span>;
}

function placeIn(item: ContentItem): ContentItem | undefined {
  let image: ContentItem | undefined;
  for (const one of walk(item)) {
    if (one.target) continue;
    if (one.type === 'SCOORD' || one.type === 'SCOORD3D') return one;
    if (!image && one.type === 'IMAGE' && instancesOf(one.data).some((r) => r.uid)) image = one;
  }
  return image;
}
