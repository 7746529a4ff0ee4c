/** `npm run build`: the packages, the viewer of exported maps, then the studio. `--web`: the static site instead of the served studio as well. */
import { parseArgs } from 'node:util';
import { checkMachine, runNode, tsc, vite } from './tools.mjs';

export async function build({ web = false, quiet = false } = {}) {
  const log = quiet ? ['--logLevel', 'warn'] : [];
  const steps = [
    () => runNode(tsc, ['-b']),
    () => runNode('scripts/viewer.mjs'),
    () => runNode(vite, ['build', 'packages/studio', ...log]),
    ...(web ? [() => runNode(vite, ['build', 'packages/studio', '--mode', 'web', ...log])] : []),
  ];
  for (const step of steps) {
    const code = await step();
    if (code !== 0) process.exit(code);
  }
}

if (import.meta.filename === process.argv[1]) {
  checkMachine();
  const { values } = parseArgs({ options: { web: { type: 'boolean' }, quiet: { type: 'boolean' } } });
  await build(values);
  if (values.web) console.log('The static site is in packages/studio/dist-web; any web host can serve it.');
}
