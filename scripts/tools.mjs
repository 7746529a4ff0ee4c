/** What the scripts share: running a tool of node_modules, and saying one clear line when something is missing. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Ends the script with one line. */
export function fail(message, code = 1) {
  console.error(`portolan: ${message}`);
  process.exit(code);
}

/** Refuses an old Node or a missing install before anything else can fail less clearly. */
export function checkMachine() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node ${process.versions.node} is too old, expected 20.19 or newer; get one from https://nodejs.org`);
  }
  if (!existsSync(`${root}node_modules/typescript`)) fail('the packages are not installed; run npm install first');
}

/** Runs a program to its end with our terminal; resolves to its exit code. */
export function runProgram(command, args, { env = {}, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: root, env: { ...process.env, ...env }, ...options });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

/** Runs a script with this Node. */
export const runNode = (script, args = [], options) => runProgram(process.execPath, [script, ...args], options);

export const tsc = 'node_modules/typescript/bin/tsc';
export const vite = 'node_modules/vite/bin/vite.js';
