/** Python peers, run as they run best: no foreign OpenBLAS settings, threads that sleep when they have nothing to do. */
import { fileURLToPath } from 'node:url';
import { Missing, measured } from './measure.mjs';

const HINT =
  'not installed; on Debian: apt-get install python3-torch python3-sklearn, or name a Python that has them: PYTHON=…';

export function python(script, args, { threads, hint = HINT }) {
  const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
  return measured(process.env.PYTHON ?? '/usr/bin/python3', [path, ...args], { env: pythonEnvironment(threads), hint });
}

export function pythonEnvironment(threads) {
  const env = { ...process.env, OMP_WAIT_POLICY: 'PASSIVE', OMP_NUM_THREADS: String(threads) };
  delete env.OPENBLAS_CORETYPE;
  delete env.OPENBLAS_L2_SIZE;
  delete env.OPENBLAS_NUM_THREADS;
  return env;
}

/** @throws Missing when the side says that it has not what is asked */
export async function portolan(script, args) {
  const path = fileURLToPath(new URL(`../portolan/${script}`, import.meta.url));
  const result = await measured(process.execPath, [path, ...args]);
  if (result.missing) throw new Missing(result.missing);
  return result;
}

export function nodePeer(script, args) {
  const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
  return measured(process.execPath, [path, ...args], { hint: NPM_HINT });
}

export const NPM_HINT = 'not installed; get it by: npm install --prefix bench';
