/** In headless Chromium: learning beside jax-js on two WASM threads, and the latency of decoding on one. */
import { byTurns, median, pairedRatio, round, table } from '../lib/measure.mjs';
import { withPages } from '../lib/page.mjs';

const rate = (result) => result.samplesPerSecond;

const at = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))];

export function browser({ turns, epochs, log }) {
  const args = (seed) => ({ epochs: Math.min(epochs, 2), seed });
  return withPages(async (pages) => {
    const { results, missing } = await byTurns(
      {
        'jax-js, WASM, 2 threads': (turn) => pages.call('jax', args(turn)),
        'Portolan, WASM, 2 threads': (turn) => pages.call('learn', { ...args(turn), task: 'dense', threads: 2 }),
        'Portolan, WASM, 1 thread': (turn) => pages.call('learn', { ...args(turn), task: 'dense', threads: 1 }),
      },
      turns,
      (text) => log(`browser: ${text}`),
    );
    const jax = results['jax-js, WASM, 2 threads'];
    const rows = Object.entries(results)
      .filter(([, list]) => list.length > 0)
      .map(([name, list]) => [
        name,
        round(median(list.map(rate))),
        name.startsWith('Portolan') && jax.length ? round(pairedRatio(list, jax, rate)) : '',
        median(list.map((result) => result.mse ?? result.loss)).toPrecision(3),
      ]);
    return {
      title: `The dense autoencoder in Chromium ${pages.version}, ${args(0).epochs} epochs`,
      table: table(['', 'images/s', '× jax-js', 'mse (jax-js: mean over the last epoch)'], rows),
      notes: Object.entries(missing).map(([name, hint]) => `${name}: ${hint}.`),
      raw: results,
    };
  });
}

export function decode({ turns, log }) {
  return withPages(async (pages) => {
    const { results } = await byTurns(
      { Portolan: () => pages.call('decode', { threads: 1, n: 1000 }) },
      Math.min(turns, 3),
      (text) => log(`decode: ${text}`),
    );
    const figure = (key, share) => round(median(results.Portolan.map((result) => at(result[key], share))));
    return {
      title: `Decoding in Chromium ${pages.version}, one WASM thread: milliseconds`,
      table: table(
        ['', 'median', 'p99'],
        [
          ['one point', figure('point', 0.5), figure('point', 0.99)],
          ['a 30 × 30 grid in one call', figure('grid', 0.5), figure('grid', 0.99)],
        ],
      ),
      notes: [],
      raw: results,
    };
  });
}
