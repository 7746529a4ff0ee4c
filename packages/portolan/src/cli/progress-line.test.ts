import { describe, expect, it } from 'vitest';
import { progressLine } from './progress-line.ts';

function screen(isTTY: boolean, columns = 100) {
  const written: string[] = [];
  let time = 0;
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  return { written, line: progressLine(stream, () => time), pass: (ms: number) => void (time += ms) };
}

const losses = { mse: 0.04712 };
const detail = { epoch: 3, nEpochs: 10, losses, samplesPerSecond: 12345 };

describe('progress on a terminal', () => {
  it('is one line, redrawn at most ten times a second, and cleared at the end', () => {
    const { written, line, pass } = screen(true);
    for (let done = 1; done <= 100; done++) {
      line.show({ phase: 'learning', done, total: 1000, elapsed: done, remaining: 65_000 - done, detail });
      pass(5);
    }
    expect(written.length).toBe(5);
    expect(written.every((text) => text.startsWith('\r\x1b[2K') && !text.includes('\n'))).toBe(true);
    expect(written[1]).toContain('learning');
    expect(written[1]).toMatch(/2 % {2}1 min 05 s left {2}epoch 3\/10 {2}mse 0.0471 {2}12,345 samples\/s/);
    line.end();
    expect(written.at(-1)).toBe('\r\x1b[2K');
  });

  it('never breaks a narrow line', () => {
    const { written, line } = screen(true, 40);
    line.show({ phase: 'learning', done: 1, total: 2, elapsed: 1, remaining: 1000, detail });
    expect([...written[0].replace('\r\x1b[2K', '')].length).toBeLessThan(40);
  });
});

describe('progress in a pipe', () => {
  it('is a plain line for each epoch', () => {
    const { written, line, pass } = screen(false);
    for (let done = 1; done <= 30; done++) {
      pass(10);
      const record = done % 10 === 0 ? { epoch: done / 10, train: losses } : undefined;
      line.show({
        phase: 'learning',
        done,
        total: 30,
        elapsed: 10 * done,
        remaining: 10,
        detail: { ...detail, record },
      });
    }
    expect(written).toHaveLength(3);
    expect(written[0]).toMatch(/^learning 33 %, 0\.01 s left {2}epoch 3\/10 {2}mse 0\.0471 .*\n$/);
    expect(written.join('')).not.toContain('\r');
    expect(written.join('')).not.toContain('\x1b');
  });

  it('is silent for what is short, and tells of what is long now and then', () => {
    const { written, line, pass } = screen(false);
    for (let done = 1; done <= 120; done++) {
      line.show({ phase: 'encoding', done, total: 120, elapsed: 100 * done, remaining: 1 });
      pass(100);
    }
    expect(written).toHaveLength(2);
  });
});
