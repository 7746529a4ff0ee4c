/** The 15 nearest neighbours of every row: neighbors.mjs data.npy --recall 0.95 --threads 1 --out indices.npy */
import { parseArgs } from 'node:util';
import { findNeighbors } from '@portolan/core';
import { nodeKernels } from 'portolan';
import { writeNpy } from '../lib/npy.mjs';
import { firstRows, rowsOf, timed } from './timed-map.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    recall: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string' },
  },
});
const x = rowsOf(positionals[0]);
const kernels = nodeKernels({ threads: Number(values.threads) });
const options = { recall: Number(values.recall), seed: Number(values.seed), kernels };
await findNeighbors(firstRows(x, 3000), 15, options);
const { result, ...figures } = await timed(() => findNeighbors(x, 15, options));
if (values.out) writeNpy(values.out, result.indices, [x.rows, 15]);
console.log(JSON.stringify({ ...figures, threads: kernels.threads, relaxed: kernels.relaxed }));
