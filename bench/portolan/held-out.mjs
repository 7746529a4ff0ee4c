/**
 * A map of the first nine tenths of the rows, the others placed on it:
 * held-out.mjs METHOD data.npy --seed 0 --out coords.npy --labels labels.npy
 */
import { parseArgs } from 'node:util';
import { mapMethods } from '@portolan/core';
import { nodeKernels } from 'portolan';
import { readNpy, writeNpy } from '../lib/npy.mjs';
import { firstRows, rowsOf, timed } from './timed-map.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
    out: { type: 'string' },
    labels: { type: 'string' },
  },
});
const [name, file] = positionals;
const method = mapMethods.find((candidate) => candidate.name === name);
const x = rowsOf(file);
const n = Math.floor(x.rows * 0.9);
const kernels = nodeKernels({ threads: Number(values.threads) });
const seeded = method?.options.some((option) => option.name === 'seed');
// only methods that can't do without are shown the labels
const labels =
  method?.labels === 'needed' && values.labels
    ? Int32Array.from(readNpy(values.labels).data.subarray(0, n))
    : undefined;
const options = seeded ? { seed: Number(values.seed) } : {};
const projection = await method?.fit(firstRows(x, n), options, { kernels, labels });
if (!projection?.transform) {
  console.log(JSON.stringify({ missing: `there is no map ${name} that places new points` }));
  process.exit(0);
}
const rest = { data: x.data.slice(n * x.cols), rows: x.rows - n, cols: x.cols };
const { result, ...figures } = await timed(() => projection.transform(rest, { kernels }));
const { data, cols } = projection.coordinates;
const whole = new Float32Array(x.rows * cols);
whole.set(data);
whole.set(result.data, n * cols);
if (values.out) writeNpy(values.out, whole, [x.rows, cols]);
console.log(JSON.stringify({ ...figures, fitted: n }));
