/** Runs a measurement in a process of its own, and puts measurements side by side. */
import { spawn } from 'node:child_process';

/** A peer that is not here; the message says how to get it. */
export class Missing extends Error {}

/**
 * The JSON object that a program prints on its last line.
 * @throws Missing when the program or a module of it isn't there
 */
export function measured(command, args, { env = process.env, cwd, hint } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('error', (error) => reject(error.code === 'ENOENT' ? new Missing(hint) : error));
    child.on('close', (code) => {
      if (code !== 0 && /ModuleNotFoundError|ERR_MODULE_NOT_FOUND|Cannot find package/.test(err) && hint) {
        reject(new Missing(hint));
      } else if (code !== 0) reject(new Error(`${command} ${args.join(' ')} failed:\n${err.trim()}`));
      else resolve(JSON.parse(out.trim().split('\n').at(-1)));
    });
  });
}

/** Each measurement `times` times, by turns, so that a busy minute hits all alike. Missing ones, and measurements that give undefined, are left out. */
export async function byTurns(sides, times, log) {
  const results = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  const missing = {};
  for (let turn = 0; turn < times; turn++) {
    for (const [name, measure] of Object.entries(sides)) {
      if (name in missing) continue;
      log(`${name}, ${turn + 1} of ${times}`);
      try {
        const result = await measure(turn);
        if (result !== undefined) results[name].push(result);
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        missing[name] = error.message;
      }
    }
  }
  return { results, missing };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of ratios within a turn. */
export function pairedRatio(ours, theirs, figure) {
  const pairs = ours.map((one, i) => [one, theirs[i]]).filter(([, other]) => other);
  return median(pairs.map(([one, other]) => figure(one) / figure(other)));
}

export const spread = (values) => `${round(Math.min(...values))} … ${round(Math.max(...values))}`;

/** Three digits that matter. */
export function round(value) {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** A Markdown table. */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [
    line(cells[0]),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...cells.slice(1).map(line),
  ].join('\n');
}
