/** One call of a training step: what is fed to it, in buffers that are filled anew each time. */
import type { Executable, RuntimeMemory, TensorValue } from '../runtime/index.ts';
import type { Optimiser } from './optimisers.ts';
import { batchName, batchShape, factorName } from './train-step.ts';
import type { BatchInput } from './train-step.ts';

/** A compiled call and the buffers that are fed to it. */
export interface Call {
  executable: Executable;
  indices: Uint32Array;
  /** per inner iteration, by batch input */
  batches: Record<string, Float32Array>[];
  /** per inner iteration, per factor */
  factors: Float32Array[][];
  feeds(state: Record<string, TensorValue>): Record<string, TensorValue>;
}

export function callBuffers(
  executable: Executable,
  optimiser: Optimiser,
  inputs: readonly BatchInput[],
  batchSize: number,
  k: number,
  memory: RuntimeMemory,
): Call {
  const each = Array.from({ length: k }, (_, i) => i);
  const batches = each.map(() =>
    Object.fromEntries(inputs.map((b) => [b.name, memory.float32(countOf(batchShape(b, batchSize)))])),
  );
  const factors = each.map(() => optimiser.factorNames.map(() => new Float32Array(1)));
  const fixed: Record<string, TensorValue> = {};
  for (const i of each) {
    for (const own of inputs) {
      const shape = batchShape(own, batchSize);
      fixed[batchName(own.name, i)] = { dtype: 'float32', shape, data: batches[i][own.name] };
    }
    optimiser.factorNames.forEach((name, f) => {
      fixed[factorName(name, i)] = { dtype: 'float32', shape: [], data: factors[i][f] };
    });
  }
  const own = only(fixed, executable);
  return {
    executable,
    indices: new Uint32Array(batchSize),
    batches,
    factors,
    feeds: (state) => ({ ...own, ...state }),
  };
}

/** The feeds that a model takes: an input that nothing depends on is not in it. */
export function only(feeds: Record<string, TensorValue>, { inputs }: Executable): Record<string, TensorValue> {
  return Object.fromEntries(inputs.filter(({ name }) => feeds[name]).map(({ name }) => [name, feeds[name]]));
}

/** How many numbers a shape has. */
export const countOf = (shape: readonly number[]): number => shape.reduce((size, dim) => size * dim, 1);
