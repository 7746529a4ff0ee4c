/**
 * Progress on stderr: a bar with the time left on a terminal, redrawn ten times a second at most; in a pipe a plain
 * line for each finished epoch, and for other work one every few seconds.
 */
import type { LearnDetail, MapDetail, Progress } from '@portolan/core';
import { duration, figure } from './format.ts';

export interface ProgressLine {
  show(progress: Progress<unknown>): void;
  /** clears the bar */
  end(): void;
}

interface Stream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
const LINE_MS = 5000;

export function progressLine(stream: Stream, now: () => number = () => performance.now()): ProgressLine {
  let last = stream.isTTY ? -Infinity : now();
  let drawn = false;
  return {
    show(progress) {
      const { done, total, detail } = progress;
      const record = (detail as LearnDetail | undefined)?.record;
      const due = now() - last >= (stream.isTTY ? REDRAW_MS : LINE_MS);
      if (stream.isTTY) {
        if (!due && done < total) return;
        stream.write(`\r\x1b[2K${bar(progress, stream.columns ?? 80)}`);
        drawn = true;
      } else {
        if (!record && !due) return;
        stream.write(`${plainLine(progress)}\n`);
      }
      last = now();
    },
    end() {
      if (drawn) stream.write('\r\x1b[2K');
      drawn = false;
    },
  };
}

function bar(progress: Progress<unknown>, columns: number): string {
  const { phase, done, total, remaining } = progress;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const left = remaining === undefined ? '' : `  ${duration(remaining / 1000)} left`;
  const head = `${phase}  `;
  const tail = `  ${String(Math.floor(share * 100)).padStart(3)} %${left}${learning(progress)}`;
  const width = Math.max(5, Math.min(30, columns - 1 - head.length - tail.length));
  const eighths = Math.round(share * width * 8);
  const filled = '█'.repeat(Math.floor(eighths / 8)) + ' ▏▎▍▌▋▊▉'[eighths % 8].trim();
  return `${head}${filled.padEnd(width, '·')}${tail}`.slice(0, columns - 1);
}

function plainLine(progress: Progress<unknown>): string {
  const { phase, done, total, remaining } = progress;
  const share = total > 0 ? Math.floor((100 * done) / total) : 0;
  const left = remaining === undefined || done >= total ? '' : `, ${duration(remaining / 1000)} left`;
  return `${phase} ${share} %${left}${learning(progress)}`;
}

function learning({ detail }: Progress<unknown>): string {
  const mapped = detail as MapDetail | undefined;
  if (mapped?.nIter !== undefined) {
    const { iteration, nIter, loss } = mapped;
    return `  iteration ${iteration}/${nIter}${loss === undefined ? '' : `  loss ${figure(loss)}`}`;
  }
  const learnt = detail as LearnDetail | undefined;
  if (learnt?.losses === undefined) return '';
  const { epoch, nEpochs, losses, samplesPerSecond, record } = learnt;
  const parts = Object.entries(record?.train ?? losses).map(([name, value]) => `${name} ${figure(value)}`);
  const validation = record?.validation ? Object.entries(record.validation).slice(0, 1) : [];
  parts.push(...validation.map(([name, value]) => `validation ${name} ${figure(value)}`));
  return `  epoch ${epoch}/${nEpochs}  ${parts.join('  ')}  ${figure(samplesPerSecond)} samples/s`;
}
