/** Runs the built command line as a person does, each test in a folder of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, onTestFinished } from 'vitest';

export const PROGRAM = fileURLToPath(new URL('../../packages/portolan/bin/portolan.js', import.meta.url));

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  process: ChildProcess;
  /** resolves when what was printed so far matches */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<Result>;
}

/** A new folder, gone when the test ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The same for all tests of a file. */
export function keptFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function start(cwd: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const { PORTOLAN_PROJECT: _, ...rest } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result: Result = { code: null, stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (chunk: string) => {
      result[name] += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Result>((resolve) => {
    child.once('close', (code) => resolve({ ...result, code }));
  });
  const printed = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(result.stdout + result.stderr);
        if (match) resolve(match);
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without ${pattern}: ${result.stdout}${result.stderr}`)));
    });
  return { process: child, printed, ended };
}

export const run = (cwd: string, ...args: string[]): Promise<Result> => start(cwd, args).ended;

/** Runs with --json; the one object that is printed. */
export async function runJson(cwd: string, ...args: string[]): Promise<Record<string, never>> {
  const { code, stdout, stderr } = await run(cwd, ...args, '--json');
  if (code !== 0) throw new Error(`portolan ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, never>;
}
