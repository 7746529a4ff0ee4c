/**
 * What of @portolan/view is used without a bundler, made by Vite from source into packages/view/dist:
 *
 *   viewer.js         a module whose one export, `viewer`, is the script of an exported page as text (`mapToHtml`)
 *   portolan-view.js  the package as one plain script: everything at `portolan`, and `<latent-map>` known
 *
 * `node scripts/viewer.mjs` makes both; `ensureViewer()` only if they are missing or older than their source.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './tools.mjs';

const view = join(root, 'packages/view');
const dist = join(view, 'dist');
const sources = [join(view, 'src'), join(root, 'packages/core/src/base'), join(root, 'packages/core/src/pictures')];
const files = [join(dist, 'viewer.js'), join(dist, 'portolan-view.js')];
const LICENCE = '/*! @portolan/view, MIT licence; fflate by Arjun Barrett, MIT licence */\n';

/** @returns the text of one script that needs nothing else */
async function bundle(entry, name) {
  const made = await build({
    configFile: false,
    root: view,
    logLevel: 'warn',
    resolve: {
      // not by the condition `source`: other packages have one too, with sources that weren't meant for us
      alias: [{ find: /^@portolan\/core\/(\w+)$/, replacement: `${root}packages/core/src/$1/index.ts` }],
    },
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      lib: { entry: join(view, entry), formats: ['iife'], name, fileName: 'script' },
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
  const [{ output }] = Array.isArray(made) ? made : [made];
  if (output.length !== 1) throw new Error(`${entry} became ${output.length} files, expected one`);
  return LICENCE + inAscii(output[0].code.trim());
}

/** A page that doesn't say how it is written would misread anything else. Only strings hold such letters, and patterns. */
function inAscii(code) {
  return code.replace(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Written beside and renamed, so that nobody reads half of it. */
async function write(name, text) {
  const path = join(dist, name);
  await writeFile(`${path}.${process.pid}`, text);
  await rename(`${path}.${process.pid}`, path);
}

export async function buildViewer() {
  await mkdir(dist, { recursive: true });
  const viewer = await bundle('src/viewer/main.ts', 'portolanViewer');
  await write(
    'viewer.js',
    `/** The script of an exported page, as text. */\nexport const viewer = ${JSON.stringify(viewer)};\n`,
  );
  await write('portolan-view.js', `${await bundle('src/script.ts', 'portolan')}\n`);
}

/** Makes what is missing or older than its source; for tests and for working from source. */
export async function ensureViewer() {
  const made = Math.min(...files.map((file) => (existsSync(file) ? statSync(file).mtimeMs : 0)));
  const changed = sources.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !/\.(test|fixture)\.ts$/.test(entry.name))
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
  if (made < Math.max(...changed)) await buildViewer();
}

if (import.meta.filename === process.argv[1]) await buildViewer();
