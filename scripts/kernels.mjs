/**
 * `npm run kernels [name …]`: AssemblyScript (packages/core/assembly/*.ts) → WebAssembly, twice: with the fused
 * multiply-add of relaxed SIMD, and without. The bytes are committed as text beside the code that loads them, so that
 * nobody needs the compiler to run, test or bundle the library.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const core = join(import.meta.dirname, '..', 'packages', 'core');
const assembly = join(core, 'assembly');
const target = join(core, 'src', 'kernels', 'wasm');

/** Bytes kept for the constants of each module, from the second page on. */
const PAGE = 65536;
/** The page where each module's constants lie; a new module takes the next free one, up to 15. */
export const PAGES = {
  norms: 1,
  umap: 2,
  matrix: 3,
  distances: 8,
  neighbors: 9,
  tsne: 6,
  'tsne-field': 7,
  'tsne-fft': 10,
  pacmap: 4,
  word2vec: 11,
};

const FLAGS = [
  ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd', '--enable', 'threads'],
  ['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536'],
].flat();

/** What a module is made of: its source, what all share, and how they are compiled. */
export function sourceHash(name) {
  const hash = createHash('sha256').update(FLAGS.join(' ')).update(String(PAGES[name]));
  hash.update(readFileSync(join(assembly, `${name}.ts`)));
  for (const file of readdirSync(join(assembly, 'lib')).sort()) hash.update(readFileSync(join(assembly, 'lib', file)));
  return hash.digest('hex').slice(0, 16);
}

async function compile(name, relaxed) {
  const { default: asc } = await import('assemblyscript/asc');
  let bytes;
  const { error, stderr } = await asc.main(
    [
      `${name}.ts`,
      ...FLAGS,
      ...(relaxed ? ['--enable', 'relaxed-simd'] : []),
      '--memoryBase',
      String(PAGES[name] * PAGE),
      '-o',
      'out.wasm',
    ],
    {
      readFile: (file) => {
        try {
          return readFileSync(resolve(assembly, file), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_, contents) => void (bytes = contents),
      listFiles: () => [],
    },
    { cwd: assembly },
  );
  if (error) throw new Error(`${name}.ts does not compile:\n${stderr.toString()}`);
  return bytes;
}

export async function buildKernels(names = Object.keys(PAGES)) {
  mkdirSync(target, { recursive: true });
  for (const name of names) {
    const [relaxed, plain] = [await compile(name, true), await compile(name, false)];
    const text = (bytes) => Buffer.from(bytes).toString('base64');
    writeFileSync(
      join(target, `${name}.ts`),
      `/** Made by \`npm run kernels\` from assembly/${name}.ts; not to be edited. */\n` +
        `export const source = '${sourceHash(name)}';\n` +
        `export const relaxed =\n  '${text(relaxed)}';\n` +
        `export const plain =\n  '${text(plain)}';\n`,
    );
    console.log(`${name}: ${relaxed.length} bytes with relaxed SIMD, ${plain.length} without`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !(name in PAGES));
  if (unknown) {
    console.error(`no kernels ${unknown}; there are ${Object.keys(PAGES).join(', ')}`);
    process.exit(2);
  }
  await buildKernels(names.length > 0 ? names : undefined);
}
