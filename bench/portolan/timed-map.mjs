/** What Portolan's sides of the maps' benchmarks share: rows from .npy, and what a job cost. */
import { readNpy } from '../lib/npy.mjs';

export function rowsOf(file) {
  const { data, shape } = readNpy(file);
  return { data, rows: shape[0], cols: shape[1] };
}

/** Copied, since a method may keep what is known of a matrix. */
export function firstRows({ data, rows, cols }, count) {
  const n = Math.min(rows, count);
  return { data: data.slice(0, n * cols), rows: n, cols };
}

/** CPU seconds are those of the whole process, so of all its threads. */
export async function timed(work) {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const result = await work();
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { result, seconds, cpuSeconds: (user + system) / 1e6, peakMegabytes };
}
