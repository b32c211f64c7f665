/** Heights of a Height Map Segmentation from the server, one array a surface. */
import type { DataSet } from '../../../core/dicom-json';
import { text } from '../../../core/dicom-json';
import { heightMapOf, type HeightMap } from '../../../core/height-map';
import { imagePixel } from '../../../core/image-description';
import { t } from '../../../core/language';
import { spreadOf, type Spread } from '../../../core/tracts';
import { eachFrame } from '../segments/frames';

/** heights: by the place of the frame in the map. spread: of those that are heights; undefined where there is none. */
export interface Heights {
  map: HeightMap;
  heights: readonly ArrayLike<number>[];
  spread: readonly (Spread | undefined)[];
}

/** Rejects with a sentence, or when the server does not give them. */
export async function readHeights(ds: DataSet, signal: AbortSignal): Promise<{ heights: Heights; notices: string[] }> {
  const map = heightMapOf(ds);
  const pixel = imagePixel(ds);
  if (typeof map === 'string') throw new Error(map);
  if (!pixel?.float) throw new Error(t('The object has no heights.'));
  const heights: ArrayLike<number>[] = [];
  const address = { study: text(ds, '0020000D'), series: text(ds, '0020000E'), instance: text(ds, '00080018') };
  await eachFrame(address, map.frames.length, pixel, signal, (frame, samples) => (heights[frame - 1] = samples));
  const spread = heights.map((list) => spreadOf([Array.from(list).filter((v) => v !== map.padding && v >= 0)]));
  const empty = spread.filter((one) => !one).length;
  const nowhere = map.frames.filter((frame) => !frame.images.length).length;
  const notices = [
    ...(empty ? [t('{count} {count|surface|surfaces} without a height.', { count: empty })] : []),
    ...(nowhere ? [t('{count} {count|surface names|surfaces name} no image that it lies on.', { count: nowhere })] : []),
  ];
  return { heights: { map, heights, spread }, notices };
}
