/**
 * Before `portolan` is packed: everything built, and what stands beside it in the repository (packs, the studio, the viewer of exported maps) put
 * inside it. `--clean` takes it away again.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './tools.mjs';

const home = join(root, 'packages/portolan');
const copies = [
  [join(root, 'packs'), join(home, 'packs')],
  [join(root, 'zoo'), join(home, 'zoo')],
  [join(root, 'packages/studio/dist'), join(home, 'studio')],
  [join(root, 'packages/view/dist/viewer.js'), join(home, 'viewer.js')],
];

for (const [, to] of copies) rmSync(to, { recursive: true, force: true });
if (!process.argv.includes('--clean')) {
  await build({ quiet: true });
  for (const [from, to] of copies)
    cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.mjs') || to.endsWith('studio') });
}
