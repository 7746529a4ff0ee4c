/** `npm start`: builds what is not built or is older than its sources, then opens the studio. */
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { checkMachine, root, runNode } from './tools.mjs';

checkMachine();
const stamp = join(root, 'packages/studio/dist/.built');
const sources = ['core', 'view', 'portolan', 'studio'].map((name) => join(root, 'packages', name));

if (!existsSync(stamp) || newest(sources) > statSync(stamp).mtimeMs) {
  console.log('Building the studio (once, and after each change) …');
  const began = new Date();
  await build({ quiet: true });
  writeFileSync(stamp, '');
  utimesSync(stamp, began, began);
}
process.exit(await runNode('packages/portolan/bin/portolan.js', ['studio', ...process.argv.slice(2)]));

/** The latest change of any source below these folders, milliseconds. */
function newest(folders) {
  let latest = 0;
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name.startsWith('dist')) continue;
      const path = join(folder, entry.name);
      latest = Math.max(latest, entry.isDirectory() ? newest([path]) : statSync(path).mtimeMs);
    }
  }
  return latest;
}
