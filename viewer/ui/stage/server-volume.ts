/** The volume of a series on the server, as planes need it: nothing is fetched but the planes themselves. */
import { cutQuery, frameOfAnswer, reformatPath, volumeElsewhere, type ToldVolume } from '../../domain/server-planes';
import type { Frame } from '../../core/frame';
import { windowOver, type Window } from '../../core/voi';
import type { SampledPlane, Slab } from '../../core/reslice';
import type { Volume } from '../../core/volume';
import type { DisplaySet } from '../../domain/display-sets';
import type { VolumePlan } from '../../domain/volume-stack';
import { connection } from '../server/connection';
import { good } from '../server/http-server';

/** A plane that moves is asked for when it has stood still so long: what is dragged past is not worth the server's time. */
const REST_MS = 40;

export class ServerVolume {
  readonly volume: Volume;
  readonly failed: readonly number[] = [];
  readonly isComplete = true;
  readonly loaded: number;
  readonly total: number;
  /** Over all its values, for series without a window of their own. */
  readonly range: Window;

  private constructor(
    private readonly path: string,
    plan: VolumePlan,
    told: ToldVolume,
  ) {
    this.volume = volumeElsewhere(plan.grid, plan.kind.unit, told);
    this.loaded = this.total = told.slices;
    this.range = windowOver(...told.values);
  }

  /** Waits until the server has it. Throws ServerError with the reason when it has none. */
  static async ask({ studyInstanceUid, seriesInstanceUid }: DisplaySet, plan: VolumePlan, signal: AbortSignal): Promise<ServerVolume> {
    const path = reformatPath(studyInstanceUid, seriesInstanceUid);
    const answer = await connection.patiently(() => good(path, { headers: { Accept: 'application/json' }, signal }), signal);
    return new ServerVolume(path, plan, (await answer.json()) as ToldVolume);
  }

  async frame(plane: SampledPlane, slab: Slab | undefined, signal: AbortSignal, isMoving: boolean): Promise<Frame> {
    if (isMoving) await new Promise((resolve) => setTimeout(resolve, REST_MS));
    signal.throwIfAborted();
    const answer = await good(`${this.path}?${cutQuery(this.volume, plane, slab)}`, { headers: { Accept: 'application/octet-stream' }, signal });
    return frameOfAnswer(await answer.arrayBuffer(), (name) => answer.headers.get(name), this.volume, plane);
  }

  stop(): void {
    // Nothing of it is here.
  }
}
