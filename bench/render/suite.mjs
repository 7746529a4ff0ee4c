/** Drawing points in headless Chromium beside regl-scatterplot and three.js: the first frame, panning, memory. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { findBrowser, launchBrowser } from '../../scripts/browser.mjs';
import { byTurns, median, Missing, pairedRatio, round, table } from '../lib/measure.mjs';
import { NPM_HINT } from '../lib/programs.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const SIDES = { portolan: 'Portolan', three: 'three.js', regl: 'regl-scatterplot', 'regl-fast': 'regl-scatterplot, performance mode' }; // prettier-ignore
const COUNTS = [100_000, 1_000_000];
const FRAMES = { 100_000: 60, 1_000_000: 20 };
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };

export async function render({ turns, log }) {
  if (!findBrowser()) throw new Missing('no Chromium or Chrome was found; name one: PORTOLAN_CHROMIUM=…');
  if (!['three', 'regl-scatterplot'].every((name) => existsSync(path(`../node_modules/${name}`))))
    throw new Missing(NPM_HINT);
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-render-'));
  await build({
    configFile: false,
    root: path('./page'),
    base: './',
    logLevel: 'error',
    resolve: { conditions: ['source', 'module', 'browser', 'production'] },
    build: { outDir: folder, emptyOutDir: true, target: 'esnext' },
  });
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, 'http://x').pathname;
    try {
      const body = await readFile(join(folder, name));
      response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/index.html`;
  try {
    const sections = [];
    const raw = {};
    let version = '';
    for (const n of COUNTS) {
      const sides = Object.fromEntries(
        Object.keys(SIDES).map((name) => [
          name,
          async (turn) => {
            const result = await measure(url, { name, n, seed: turn });
            version = result.version;
            return result;
          },
        ]),
      );
      const { results } = await byTurns(sides, turns, (text) => log(`render, ${n}: ${text}`));
      raw[n] = results;
      const column = (list, figure) => round(median(list.map((one) => one[figure])));
      const ratio = (list, peer, figure) => round(pairedRatio(list, results[peer], (one) => one[figure]));
      for (const [name, list] of Object.entries(results)) {
        sections.push([
          `${n.toLocaleString('en')}, ${SIDES[name]}`,
          column(list, 'firstMs'),
          column(list, 'firstCpuMs'),
          column(list, 'panMs'),
          column(list, 'panCpuMs'),
          ratio(list, 'three', 'panMs'),
          column(list, 'megabytes'),
        ]);
      }
    }
    return {
      title: `Drawing points in Chromium ${version}, software graphics, 1000 × 700, points of 2 px`,
      table: table(
        ['', 'first frame, ms', 'CPU ms', 'pan, ms a frame', 'CPU ms a frame', 'pan × three.js', 'memory, MB'],
        sections,
      ),
      notes: [
        'First frame: from arrays in memory to all points drawn, the context made before. CPU: of all processes of the browser together. Memory: what all of them hold more than before, proportional set size, after the first frame and all that follows from it; the arrays that are given are made before and not counted.',
        'three.js draws opaque squares and can pick nothing; the others draw them see-through and can.',
      ],
      raw,
    };
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One side in a browser of its own. */
async function measure(url, { name, n, seed }) {
  const browser = await launchBrowser(['--disable-frame-rate-limit', '--disable-gpu-vsync', '--js-flags=--expose-gc']);
  try {
    const page = await browser.newPage({ viewport: { width: 1040, height: 740 } });
    page.setDefaultTimeout(0);
    page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
    await page.goto(url);
    await page.waitForFunction('globalThis.bench');
    const call = (step, args) => page.evaluate(([step, args]) => globalThis.bench[step](args), [step, args]);
    const session = await browser.newBrowserCDPSession();
    const processes = async () => (await session.send('SystemInfo.getProcessInfo')).processInfo;
    await call('prepare', { name, n, seed });
    await page.waitForTimeout(500);
    await page.evaluate('gc()');
    const before = memory(await processes());
    const idle = seconds(await processes());
    const firstMs = await call('first');
    const firstCpuMs = (seconds(await processes()) - idle) * 1000;
    await call('settle');
    await page.waitForTimeout(1000);
    await page.evaluate('gc()');
    const megabytes = memory(await processes()) - before;
    const frames = FRAMES[n];
    await call('pan', { frames: 5 });
    const cpu = seconds(await processes());
    const panMs = await call('pan', { frames });
    const panCpuMs = ((seconds(await processes()) - cpu) * 1000) / frames;
    return { version: browser.version(), firstMs, firstCpuMs, panMs, panCpuMs, megabytes };
  } finally {
    await browser.close();
  }
}

/** Megabytes that processes hold, what they share divided among them; NaN where the system does not say. */
function memory(processes) {
  try {
    const kilobytes = processes.map(({ id }) => {
      const rollup = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
      return Number(/^Pss:\s+(\d+)/m.exec(rollup)[1]);
    });
    return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
  } catch {
    return NaN;
  }
}

/** Seconds of processor that they have used, by the kernel's own count of ticks. */
function seconds(processes) {
  try {
    ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
    return processes.reduce((sum, { id }) => {
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1].split(' ');
      return sum + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    }, 0);
  } catch {
    return processes.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  }
}

let ticksPerSecond;
