/** `npm run dev`: the compiler and the studio's build, watching; run `npm start` beside it and reload the page. */
import { checkMachine, runNode, tsc, vite } from './tools.mjs';

checkMachine();
await runNode(tsc, ['-b']);
await runNode('scripts/viewer.mjs');
await Promise.race([
  runNode(tsc, ['-b', '--watch', '--preserveWatchOutput']),
  runNode(vite, ['build', 'packages/studio', '--watch', '--mode', 'development']),
]);
