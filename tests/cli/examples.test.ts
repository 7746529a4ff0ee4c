import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const runFile = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-examples-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What an example prints; it fails if the example does. */
async function example(name: string, ...args: string[]): Promise<string> {
  return (await runFile(process.execPath, [join(root, 'examples', name), ...args], { cwd: root })).stdout;
}

describe('examples', () => {
  it('first-voyage learns, judges and decodes', async () => {
    const lines = (await example('first-voyage.mjs', join(folder, 'voyage'), '1')).split('\n');
    expect(lines[0]).toMatch(/^digits-vae: mse 0\.0\d+, label accuracy of its map 0\.[2-9]\d$/);
    expect(lines.slice(1, 15).join('')).toMatch(/[*#]/);
  });

  it('gradients prints the derivatives of tanh(x²)', async () => {
    const rows = Object.fromEntries(
      (await example('gradients.mjs'))
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/))
        .map(([name, ...values]) => [name, values.map(Number)]),
    );
    const at = [-1, 0, 0.5, 2];
    const slope = (x: number): number => 2 * x * (1 - Math.tanh(x * x) ** 2);
    at.forEach((x, i) => {
      expect(rows.y[i]).toBeCloseTo(Math.tanh(x * x), 3);
      expect(rows.dy[i]).toBeCloseTo(slope(x), 3);
      expect(rows.d2y[i]).toBeCloseTo((slope(x + 1e-4) - slope(x - 1e-4)) / 2e-4, 2);
    });
  });

  it('own-vectors finds the plane that three clusters span', async () => {
    const explained = Number((await example('own-vectors.mjs')).match(/keep (\d+) %/)?.[1]);
    // 12 dimensions of unit noise and, in two of them, the spread of three corners 4 apart
    expect(explained).toBeGreaterThan(60);
  });

  it('maps tells two maps of digits apart and leads a place back to a picture', async () => {
    const text = await example('maps.mjs');
    for (const method of ['umap', 'tsne']) {
      const line = text.split('\n').find((some) => some.startsWith(`${method}: `));
      const [trust, continuity, recall, labels] = (line?.match(/\d\.\d+/g) ?? []).map(Number);
      expect(Math.min(trust, continuity)).toBeGreaterThan(0.92);
      expect(recall).toBeGreaterThan(0.38);
      expect(labels).toBeGreaterThan(0.82);
    }
    expect(text.split('\n').filter((line) => /#/.test(line)).length).toBeGreaterThan(8);
  });

  it('recommend finds a newcomer what is like what they liked', async () => {
    const text = await example('recommend.mjs');
    const [ndcg, byPopularity] = (text.match(/\d\.\d\d/g) ?? []).map(Number);
    expect(ndcg).toBeGreaterThan(2 * byPopularity);
    const found = text.match(/may like (.*)/)?.[1].split(', ') ?? [];
    expect(found.length).toBe(5);
    expect(found.filter((name) => name.startsWith('c')).length).toBeGreaterThanOrEqual(3);
  });

  it('are all run here', async () => {
    // pages are opened in tests/e2e/view-around.test.ts
    const scripts = (await readdir(join(root, 'examples'))).filter((name) => !name.endsWith('.html'));
    expect(scripts.sort()).toEqual([
      'first-voyage.mjs',
      'gradients.mjs',
      'maps.mjs',
      'own-vectors.mjs',
      'recommend.mjs',
    ]);
  });
});
