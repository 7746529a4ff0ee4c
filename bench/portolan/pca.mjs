/** PCA of the digits to 50 dimensions: pca.mjs kernels|randomized|exact [threads] */
import { fitPca, fitPcaJob } from '@portolan/core';
import { nodeKernels } from 'portolan';
import { digits } from '../lib/digits.mjs';

const { rows } = digits();
const x = {
  data: Float32Array.from(rows.data, (value) => value * rows.scale),
  rows: rows.nSamples,
  cols: rows.nFeatures,
};
/** `kernels`: what a space and a map are fitted by; the others are plain code. */
const solver = process.argv[2] ?? 'kernels';
const kernels = nodeKernels({ threads: Number(process.argv[3] ?? 1) });
const fit = (rows) =>
  solver === 'kernels'
    ? fitPcaJob(rows, { nComponents: 50 }, 'fitting', { kernels })
    : fitPca(rows, { nComponents: 50, solver });
await fit({ data: x.data.subarray(0, 2000 * 784), rows: 2000, cols: 784 });
const begin = performance.now();
const cpu = process.cpuUsage();
const pca = await fit(x);
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(cpu);
const explained = pca.explainedVarianceRatio.reduce((sum, value) => sum + value, 0);
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, explained }));
