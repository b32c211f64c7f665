/** Beside a slide: the minimap, its other images, optical paths, focal planes and groups of annotations. */
import { useEffect, useRef, useState, useSyncExternalStore, type MouseEvent, type ReactElement, type ReactNode } from 'react';
import { apply } from '../../../core/geometry';
import { isColour } from '../../../core/image-description';
import { number as written, t } from '../../../core/language';
import { figure } from '../../../core/figures';
import type { DisplaySet } from '../../../domain/display-sets';
import { boxOf, fitted } from '../../../domain/slide-view';
import type { Level, Pyramid } from '../../../domain/slide-levels';
import { isAbout, summaryOf, type Group } from '../../../domain/slide-marks';
import type { ViewerModel } from '../../viewer-model';
import { SlideScreen, type Shown } from './screen';
import { hasProfile } from './profiles';
import { TINTS } from './tile-store';

interface Props {
  model: ViewerModel;
  set: DisplaySet;
  screen: SlideScreen;
  pyramids: readonly Pyramid[];
  pyramid: Pyramid;
  shown: Shown;
  groups: readonly Group[];
  loading: boolean;
  hidden: readonly unknown[];
  colourOf: (group: Group, at: number) => string;
  change: (next: Record<string, unknown>) => void;
  children: ReactNode;
}

export function Aside({ set, screen, pyramids, pyramid, shown, groups, loading, hidden, colourOf, change, children }: Props): ReactElement {
  const [open, setOpen] = useState(true);
  return (
    <div className={`slideaside ${open ? '' : 'shut'}`} data-testid="slide-aside">
      <button className="btn plain" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="slide-aside-toggle">{open ? t('Hide the side') : t('Side')}</button>
      {open && (
        <div className="scrolls" tabIndex={0}>
          <Minimap key={pyramids.indexOf(pyramid)} set={set} screen={screen} pyramid={pyramid} shown={shown} />
          {pyramids.length > 1 && <Images set={set} pyramids={pyramids} pyramid={pyramid} change={change} />}
          {pyramid.paths.length > 1 && <Paths pyramid={pyramid} shown={shown} change={change} />}
          {pyramid.planes > 1 && (
            <div className="sec">
              <div className="hd">{t('Focal plane')}<span className="c num">{shown.plane + 1} / {pyramid.planes}</span></div>
              <input type="range" min={1} max={pyramid.planes} value={shown.plane + 1} aria-label={t('Focal plane')} onChange={(e) => change({ plane: Number(e.target.value) - 1 })} data-testid="slide-plane" />
            </div>
          )}
          {pyramid.paths.some(hasProfile) && isColour((pyramid.levels[0] as Level).pixel) && (
            <label className="li">
              <input type="checkbox" checked={!shown.asStored} onChange={() => change({ asStored: !shown.asStored })} data-testid="slide-profile" />
              <span className="grow">{t('Colour profile')}</span>
            </label>
          )}
          {children}
          <Groups {...{ shown, screen, groups, loading, hidden, colourOf, change }} />
        </div>
      )}
    </div>
  );
}

/** All of the slide, with what is on the screen outlined. A press goes there. */
function Minimap({ set, screen, pyramid, shown }: { set: DisplaySet; screen: SlideScreen; pyramid: Pyramid; shown: Shown }): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<SlideScreen>();
  useEffect(() => {
    if (!host.current) return undefined;
    const made = new SlideScreen(host.current, set.studyInstanceUid, set.seriesInstanceUid, pyramid, { paths: [], plane: 0 }, undefined, true);
    setMap(made);
    return () => made.close();
  }, [set.studyInstanceUid, set.seriesInstanceUid, pyramid]);
  useEffect(() => map?.show(shown), [map, shown]);
  const go = (e: MouseEvent) => {
    const box = e.currentTarget.getBoundingClientRect();
    const there = map?.toSlide([e.clientX - box.left, e.clientY - box.top]);
    if (there) screen.centre(...there);
  };
  return (
    <div className="slidemap" onClick={go} data-testid="slide-map">
      <div className="slidemaphost" ref={host} aria-hidden />
      {map && <Here screen={screen} map={map} />}
    </div>
  );
}

function Here({ screen, map }: { screen: SlideScreen; map: SlideScreen }): ReactElement {
  useSyncExternalStore(screen.subscribe, screen.snapshot);
  useSyncExternalStore(map.subscribe, map.snapshot);
  const { left, top, right, bottom } = boxOf(screen.place, screen.pixels);
  const [x0, y0] = apply(map.matrix, [left, top]);
  const [x1, y1] = apply(map.matrix, [right, bottom]);
  const r = map.ratio;
  return <i className="slidehere" style={{ left: x0 / r, top: y0 / r, width: Math.max((x1 - x0) / r, 3), height: Math.max((y1 - y0) / r, 3) }} data-testid="slide-here" />;
}

/** Slide, label, overview, thumbnail: pictures to choose from. */
function Images({ set, pyramids, pyramid, change }: { set: DisplaySet; pyramids: readonly Pyramid[]; pyramid: Pyramid; change: Props['change'] }): ReactElement {
  return (
    <div className="sec">
      <div className="hd">{t('Images of this slide')}</div>
      <div className="slideimages">
        {pyramids.map((one, i) => (
          <button key={i} className={one === pyramid ? 'on' : ''} aria-pressed={one === pyramid} onClick={() => change({ image: i, place: undefined })} data-testid="slide-image" data-part={one.part}>
            <Small set={set} pyramid={one} />
            <span>{one.name}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function Small({ set, pyramid }: { set: DisplaySet; pyramid: Pyramid }): ReactElement {
  const host = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!host.current) return undefined;
    const made = new SlideScreen(host.current, set.studyInstanceUid, set.seriesInstanceUid, pyramid, { paths: pyramid.paths.map((p) => p.id).slice(0, 1), plane: 0 }, undefined, true);
    return () => made.close();
  }, [set.studyInstanceUid, set.seriesInstanceUid, pyramid]);
  return <span className="slidesmall" ref={host} aria-hidden />;
}

/** Of colour one at a time; of light any, added up. */
function Paths({ pyramid, shown, change }: { pyramid: Pyramid; shown: Shown; change: Props['change'] }): ReactElement {
  const one = isColour((pyramid.levels[0] as Level).pixel);
  const toggle = (id: string) => {
    if (one) return change({ paths: [id] });
    const next = shown.paths.includes(id) ? shown.paths.filter((p) => p !== id) : [...shown.paths, id];
    if (next.length) change({ paths: next });
  };
  return (
    <div className="sec" role="group" aria-label={t('Optical paths')}>
      <div className="hd">{t('Optical paths')}</div>
      {pyramid.paths.map((path, i) => (
        <label key={path.id} className="li">
          <input type={one ? 'radio' : 'checkbox'} name="slide-path" checked={shown.paths.includes(path.id)} onChange={() => toggle(path.id)} data-testid="slide-path" />
          {!one && !(path.item && '00480120' in path.item) && <i className="slideswatch" style={{ background: `rgb(${(TINTS[i % TINTS.length] ?? []).join(' ')})` }} />}
          <span className="grow clip">{path.name || path.id}</span>
        </label>
      ))}
    </div>
  );
}

function Groups({ shown, screen, groups, loading, hidden, colourOf, change }: Pick<Props, 'shown' | 'screen' | 'groups' | 'loading' | 'hidden' | 'colourOf' | 'change'>): ReactElement {
  const set = (uids: unknown[]) => change({ hidden: uids });
  const goTo = (group: Group) => {
    const [x, y] = [group.points[0] ?? 0, group.points[1] ?? 0];
    screen.centre(x, y, Math.max(screen.place.scale, fitted(screen.pyramid, screen.pixels).scale * 4));
  };
  return (
    <div className="sec" role="group" aria-label={t('Annotations of the slide')}>
      <div className="hd">{t('Annotations of the slide')}</div>
      {loading && <p className="pad t3">{t('Loading')}</p>}
      {!loading && !groups.length && <p className="pad t3">{t('There are none in this study.')}</p>}
      {groups.map((group, i) => {
        const isHidden = hidden.includes(group.uid);
        return (
          <div key={group.uid} className="slidegroup" data-testid="slide-group">
            <label className="li">
              <input type="checkbox" checked={!isHidden} onChange={() => set(isHidden ? hidden.filter((u) => u !== group.uid) : [...hidden, group.uid])} data-testid="slide-group-shown" />
              <i className="slideswatch" style={{ background: colourOf(group, i) }} />
              <span className="grow clip" title={[group.label, group.type].filter(Boolean).join(', ')}>{group.label}</span>
              <span className="num t3" data-testid="slide-group-count">{written(group.starts.length - 1)}</span>
            </label>
            <button className="btn plain" onClick={() => goTo(group)} data-testid="slide-group-go">{[GRAPHICS[group.graphic], group.type].filter(Boolean).join(', ')}</button>
            {!isAbout(group, shown.paths) && <p className="t3" data-testid="slide-group-elsewhere">{t('of another optical path: {paths}', { paths: group.paths.join(', ') })}</p>}
            {group.measurements.map((m, k) => {
              const s = summaryOf(m);
              return s && <p key={k} className="num t2" data-testid="slide-group-measure">{t('{name}: mean {mean}, {min} to {max} {unit}', { name: m.name, mean: figure(s.mean, 3), min: figure(s.min, 3), max: figure(s.max, 3), unit: m.unit })}</p>;
            })}
          </div>
        );
      })}
    </div>
  );
}

const GRAPHICS: Record<Group['graphic'], string> = { POINT: t('Points'), POLYLINE: t('Lines'), POLYGON: t('Polygons'), ELLIPSE: t('Ellipses'), RECTANGLE: t('Rectangles') };
