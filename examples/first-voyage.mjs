// Learn a space from the digits, judge its map, and decode a place between two samples.
// node examples/first-voyage.mjs [project folder] [epochs]
import { openProject } from 'portolan';

const [folder = './voyage', epochs = '10'] = process.argv.slice(2);
const project = await openProject(folder);
const space = await project.learn({ data: 'digits', method: 'vae', options: { latentDim: 2, epochs: Number(epochs) } });
const map = await project.map({ of: space.id, method: 'pca' });
console.log(
  `${space.id}: mse ${space.metrics.mse.toFixed(4)}, label accuracy of its map ${map.quality.labelAccuracy.toFixed(2)}`,
);

const codes = await project.codes({ space: space.id });
const between = codes.data.subarray(0, 2).map((z, i) => (z + codes.data[2 + i]) / 2);
const { data } = await project.decode({ space: space.id, codes: { data: between, rows: 1, cols: 2 } });
for (let y = 0; y < 28; y += 2) {
  console.log(Array.from({ length: 28 }, (_, x) => ' .:*#'[Math.round(data[y * 28 + x] * 4)]).join(''));
}
