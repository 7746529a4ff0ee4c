/** The studio's two workers, started when first needed. */
import { remote, type Remote } from '../worker/rpc.ts';
import type { DecoderApi, PlaneBand } from '../worker/decoder.worker.ts';
import type { ScoutApi } from '../worker/scout.worker.ts';

let scoutRemote: Remote<ScoutApi> | undefined;
let decoderRemote: Remote<DecoderApi, PlaneBand> | undefined;

/** Neighbours and thumbnails. */
export function scout(): Remote<ScoutApi> {
  scoutRemote ??= remote<ScoutApi>(
    new Worker(new URL('../worker/scout.worker.ts', import.meta.url), { type: 'module', name: 'scout' }),
  );
  return scoutRemote;
}

/** The lens, the pins and the plane. */
export function decoder(): Remote<DecoderApi, PlaneBand> {
  decoderRemote ??= remote<DecoderApi, PlaneBand>(
    new Worker(new URL('../worker/decoder.worker.ts', import.meta.url), { type: 'module', name: 'decoder' }),
  );
  return decoderRemote;
}
