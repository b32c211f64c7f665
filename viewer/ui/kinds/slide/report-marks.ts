/** Marks of reports on a slide: in the Total Pixel Matrix of one of its images (PS3.3 C.18.6.1.1), or in millimetres on it. */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { text } from '../../../core/dicom-json';
import { strokesOf, type Strokes } from '../../../core/spatial-coordinates';
import type { Point2 } from '../../../core/geometry';
import { marksOf, type Mark } from '../../../domain/report-marks';
import { slideSystem, type Pyramid } from '../../../domain/slide-levels';
import { markedReports, selectedMark, shownMarks, type MarkOnImage } from '../../layers/report-marks';
import type { ViewerModel } from '../../viewer-model';
import type { SlideScreen } from './screen';

/** In pixels of the largest level. The one that was jumped to comes to the middle of the screen. */
export function useReportMarks(model: ViewerModel, pyramid: Pyramid, screen: SlideScreen | undefined): readonly MarkOnImage[] {
  const chosen = useSyncExternalStore(model.own.subscribe, () => model.own.of('report-marks'));
  const read = useSyncExternalStore(model.subscribe, () => [...model.series.values()].filter((one) => one.set).length);
  const marks = useMemo(() => {
    // Both are read through the model: they only say when.
    void [chosen, read];
    const shown = shownMarks(model);
    const { report, position } = selectedMark(model);
    return markedReports(model).filter((ds) => shown.includes(text(ds, '00080018'))).flatMap((ds) =>
      marksOf(ds).flatMap((mark): MarkOnImage[] => {
        const strokes = strokesOn(pyramid, mark);
        return strokes ? [{ mark, strokes, selected: report === text(ds, '00080018') && position === mark.position }] : [];
      }),
    );
  }, [model, pyramid, chosen, read]);
  const gone = useRef<string>('');
  useEffect(() => {
    const one = marks.find((m) => m.selected);
    const [place] = one ? [...one.strokes.points, ...one.strokes.paths.flat()] : [];
    const key = one ? `${one.mark.position} ${selectedMark(model).report}` : '';
    if (!screen || key === gone.current) return;
    gone.current = key;
    if (place) screen.centre(...place);
  }, [model, screen, marks]);
  return marks;
}

function strokesOn(pyramid: Pyramid, mark: Mark): Strokes<Point2> | undefined {
  for (const level of pyramid.levels)
    for (const { dataset } of level.sources) {
      const on = ([x, y]: Point2): Point2 => [x * level.across, y * level.down];
      const moved = ({ points, paths }: Strokes<Point2>) => ({ points: points.map(on), paths: paths.map((path) => path.map(on)) });
      if (mark.isOnMatrix && mark.images.some((i) => i.uid === text(dataset, '00080018'))) return moved(strokesOf(mark.type, mark.points));
      if (mark.frameOfReference && mark.frameOfReference === text(dataset, '00200052')) {
        const from = slideSystem(dataset)?.from;
        return from && moved(strokesOf(mark.type === 'POLYGON' ? 'POLYLINE' : mark.type, flat(mark.points).flatMap(([x, y]) => from(x, y))));
      }
    }
  return undefined;
}

/** The depth is left out: a slide is flat. */
function flat(points: readonly number[]): Point2[] {
  return Array.from({ length: Math.floor(points.length / 3) }, (_, i) => [points[3 * i] as number, points[3 * i + 1] as number]);
}
