// Your own table of vectors, without a project: PCA as a value, and how far its map can be believed.
// node examples/own-vectors.mjs
import { fitPca, matrix, measureMap, random } from '@portolan/core';

const rng = random(7);
const x = matrix(600, 12);
for (let i = 0; i < x.rows; i++) {
  const cluster = i % 3;
  for (let j = 0; j < x.cols; j++) x.data[i * x.cols + j] = rng.normal() + (j % 3 === cluster ? 4 : 0);
}

const pca = await fitPca(x, { latentDim: 2 });
const y = pca.transform(x);
const quality = await measureMap(x, y, { nNeighbors: 15 });
const explained = pca.explainedVarianceRatio.reduce((a, b) => a + b, 0);
console.log(`two of ${x.cols} dimensions keep ${(100 * explained).toFixed(0)} % of the variance`);
console.log(`trustworthiness ${quality.trustworthiness.toFixed(3)}, continuity ${quality.continuity.toFixed(3)}`);
