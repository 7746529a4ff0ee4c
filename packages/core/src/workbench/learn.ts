/** `learn`: a data set → a space, with the codes of all its rows. */
import type { JobOptions, Matrix } from '../base/index.ts';
import { readRows, writeNpy } from '../data/index.ts';
import type { Rows } from '../data/index.ts';
import { spaceMethods } from '../spaces/index.ts';
import type { LatentSpace, LearnJob } from '../spaces/index.ts';
import { inBatches } from './batches.ts';
import { useDataset } from './datasets.ts';
import { startClock } from './desk.ts';
import type { Desk } from './desk.ts';
import { named } from './methods.ts';
import type { LearnArgs, SpaceInfo } from './workbench.ts';

/** Nothing is kept unless it comes to its end, or is stopped by its control. */
export async function learn(desk: Desk, args: LearnArgs, job: LearnJob = {}): Promise<SpaceInfo> {
  const { data, options = {}, name } = args;
  const method = named(spaceMethods, args.method, 'space');
  await desk.items.checkName(name);
  const info = await desk.items.findKind(data, 'data');
  return useDataset(desk, info, async (dataset) => {
    const clock = startClock(desk);
    let pace: number | undefined; // of learning alone, as the method measures it
    const onProgress: LearnJob['onProgress'] = (progress) => {
      pace = progress.detail?.samplesPerSecond ?? pace;
      job.onProgress?.(progress);
    };
    const previews = job.previews ?? job.onProgress !== undefined;
    const fitted = await method.fit(dataset, options, desk.runtime, { ...job, onProgress, previews });
    const { space, metrics, history } = fitted;
    try {
      const { seconds, cpuSeconds } = clock();
      const codes = space.encode && (await encodeAll(space, dataset.rows, job));
      const files = { ...space.toFiles(), ...(codes && { 'codes.npy': writeNpy(codes) }) };
      job.signal?.throwIfAborted();
      const made: Omit<SpaceInfo, 'id'> = {
        kind: 'space',
        created: desk.now().toISOString(),
        data,
        method: method.name,
        latentDim: space.latentDim,
        nFeatures: space.nFeatures,
        medium: space.medium,
        encodes: space.encode !== undefined,
        decodes: space.decode !== undefined,
        samples: space.prior !== undefined,
        options: fitted.options,
        metrics,
        history: [...history],
        seconds,
        cpuSeconds,
        samplesPerSecond: pace ?? dataset.rows.nSamples / seconds,
        stopped: fitted.stopped,
        warnings: [...fitted.warnings],
        runtime: desk.runtime.name,
      };
      return await desk.items.add<SpaceInfo>(made, files, { name, base: `${data}-${method.name}` });
    } finally {
      await space.dispose();
    }
  });
}

/** Rows read, turned to numbers and encoded a thousand at a time. */
async function encodeAll(space: LatentSpace, rows: Rows, job: LearnJob): Promise<Matrix> {
  const take = (from: number, to: number): Matrix =>
    readRows(
      rows,
      Uint32Array.from({ length: to - from }, (_, i) => from + i),
    );
  return inBatches('encoding', rows.nSamples, space.latentDim, (from, to) => space.encode!(take(from, to)), {
    signal: job.signal,
    onProgress: job.onProgress as JobOptions['onProgress'],
  });
}
