import { expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { lateralityOf } from '../../core/image-axes';

const side = (letter: string) => ({ vr: 'CS', Value: [letter] });

it('the side is of the frame, else of the image, else of the series', () => {
  const frame = { vr: 'SQ', Value: [{ '00209071': { vr: 'SQ', Value: [{ '00209072': side('B') }] } }] };
  const series: DataSet = { '00200060': side('L') };
  const image: DataSet = { ...series, '00200062': side('R') };
  expect([series, image, { ...image, '52009230': frame }, {}].map((ds) => lateralityOf(ds as DataSet, 1))).toEqual(['L', 'R', 'B', '']);
});
