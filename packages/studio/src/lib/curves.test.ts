import { expect, test } from 'vitest';
import { addDetail, emptyCurves, fromHistory, linesToDraw, measured } from './curves.ts';

const detail = (loss: number, record?: { train: number; validation?: number }) => ({
  epoch: 1,
  nEpochs: 2,
  losses: { loss, kl: loss / 2 },
  samplesPerSecond: 1,
  ...(record && {
    record: {
      epoch: 1,
      train: { loss: record.train, kl: 0 },
      ...(record.validation !== undefined && { validation: { loss: record.validation } }),
    },
  }),
});

test('lines stay as long as x; validation stands at the epochs only; a diverged loss is a gap', () => {
  let curves = addDetail(emptyCurves(), 0.5, detail(4));
  curves = addDetail(curves, 1, detail(3, { train: 2, validation: 5 }));
  curves = addDetail(curves, 1.5, detail(NaN));
  curves = addDetail(curves, 1.2, detail(9)); // late news are no news
  expect(curves).toEqual({
    x: [0.5, 1, 1.5],
    lines: { loss: [4, 3, null], kl: [2, 1.5, null], 'loss, validation': [null, 5, null] },
  });
});

test('a long run is thinned, and keeps its validation', () => {
  let curves = emptyCurves();
  for (let i = 0; i < 5000; i++)
    curves = addDetail(curves, i, detail(i, i === 10 ? { train: i, validation: 7 } : undefined));
  expect(curves.x.length).toBeLessThanOrEqual(2001);
  expect(curves.x.at(-1)).toBe(4999);
  expect(curves.lines['loss, validation']).toContain(7);
  expect(curves.lines.loss).toHaveLength(curves.x.length);
});

test('history gives one point an epoch', () => {
  const curves = fromHistory([1, 2].map((epoch) => ({ epoch, train: { loss: 1 / epoch } })));
  expect(curves).toEqual({ x: [1, 2], lines: { loss: [1, 0.5] } });
});

test('of two players both losses are drawn, and no penalty that would hide them', () => {
  const lines = { discriminator: [1, 1], penalty: [50, 40], generator: [2, 1] };
  expect(linesToDraw({ x: [1, 2], lines })).toEqual(['discriminator', 'generator']);
  expect(linesToDraw({ x: [1, 2], lines: { loss: [3, 2], penalty: [1, 1] } })).toEqual(['loss', 'penalty']);
});

test('what is counted is a line of its own, without gaps, and no loss', () => {
  let curves = addDetail(emptyCurves(), 1, detail(4));
  const none = { rows: 0, cols: 2, data: new Float32Array() };
  const preview = { indices: new Uint32Array(), coordinates: none, originals: none, reconstructions: none };
  curves = addDetail(curves, 2, { ...detail(3), preview: { ...preview, figures: { modesCovered: 7, modes: 9 } } });
  curves = addDetail(curves, 3, detail(2));
  expect(linesToDraw(curves)).toEqual(['loss', 'kl']);
  expect(measured(curves, 'modesCovered')).toEqual([{ x: 2, value: 7 }]);
  expect(measured(curves, 'nearModes')).toEqual([]);
});

test('a part that is all of the loss is not drawn', () => {
  expect(linesToDraw({ x: [1, 2], lines: { loss: [2, 1], reconstruction: [2, 1], kl: [0, 1] } })).toEqual([
    'loss',
    'kl',
  ]);
});
