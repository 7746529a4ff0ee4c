/** PCA of the digits to 50 dimensions. */
import { fitPca } from '@portolan/core';
import { digits } from '../lib/digits.mjs';

const { rows } = digits();
const x = {
  data: Float32Array.from(rows.data, (value) => value * rows.scale),
  rows: rows.nSamples,
  cols: rows.nFeatures,
};
fitPca({ data: x.data.subarray(0, 600 * 784), rows: 600, cols: 784 }, { nComponents: 50, solver: 'randomized' });
const begin = performance.now();
const cpu = process.cpuUsage();
const pca = fitPca(x, { nComponents: 50, solver: process.argv[2] ?? 'randomized' });
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(cpu);
const explained = pca.explainedVarianceRatio.reduce((sum, value) => sum + value, 0);
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, explained }));
