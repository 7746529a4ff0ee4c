/** Python peers, run as they run best: no foreign OpenBLAS settings, threads that sleep when they have nothing to do. */
import { fileURLToPath } from 'node:url';
import { measured } from './measure.mjs';

const HINT =
  'not installed; on Debian: apt-get install python3-torch python3-sklearn, or name a Python that has them: PYTHON=…';

export function python(script, args, { threads }) {
  const env = { ...process.env, OMP_WAIT_POLICY: 'PASSIVE', OMP_NUM_THREADS: String(threads) };
  delete env.OPENBLAS_CORETYPE;
  delete env.OPENBLAS_L2_SIZE;
  delete env.OPENBLAS_NUM_THREADS;
  const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
  return measured(process.env.PYTHON ?? '/usr/bin/python3', [path, ...args], { env, hint: HINT });
}

export function portolan(script, args) {
  return measured(process.execPath, [fileURLToPath(new URL(`../portolan/${script}`, import.meta.url)), ...args]);
}

export function nodePeer(script, args) {
  const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
  return measured(process.execPath, [path, ...args], { hint: NPM_HINT });
}

export const NPM_HINT = 'not installed; get it by: npm install --prefix bench';
