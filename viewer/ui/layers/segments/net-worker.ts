/** Surfaces of voxels, away from the page. */
import { expose, transfer } from 'comlink';
import { surfaceNet, type Net } from '../../../core/surface-nets';

const worker = {
  net(inside: Uint8Array, size: readonly [number, number, number]): Net {
    const made = surfaceNet(inside, size);
    return transfer(made, [made.positions.buffer, made.indices.buffer]);
  },
};

export type NetWorker = typeof worker;

expose(worker);
