/** A map by its defaults: map.mjs METHOD data.npy --seed 0 --threads 1 [--rows N] [--options JSON] [--out coords.npy] */
import { parseArgs } from 'node:util';
import { mapMethods } from '@portolan/core';
import { nodeKernels } from 'portolan';
import { writeNpy } from '../lib/npy.mjs';
import { firstRows, rowsOf, timed } from './timed-map.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
    rows: { type: 'string' },
    options: { type: 'string', default: '{}' },
    out: { type: 'string' },
  },
});
const [name, file] = positionals;
const method = mapMethods.find((candidate) => candidate.name === name);
if (!method) {
  console.log(JSON.stringify({ missing: `there is no map ${name} yet` }));
  process.exit(0);
}
let x = rowsOf(file);
const kernels = nodeKernels({ threads: Number(values.threads) });
const options = { ...JSON.parse(values.options), ...('seed' in defaults(method) ? { seed: Number(values.seed) } : {}) };
// compiled and run in, as the peers are
await method.fit(firstRows(x, 3000), options, { kernels });
if (values.rows) x = firstRows(x, Number(values.rows));
const { result, ...figures } = await timed(() => method.fit(x, options, { kernels }));
const { coordinates, warnings } = result;
if (values.out) writeNpy(values.out, coordinates.data, [coordinates.rows, coordinates.cols]);
console.log(
  JSON.stringify({ ...figures, threads: kernels.threads, relaxed: kernels.relaxed, said: result.figures, warnings }),
);

function defaults({ options }) {
  return Object.fromEntries(options.map((option) => [option.name, option.default]));
}
