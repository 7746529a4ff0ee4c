import { describe, expect, test } from 'vitest';
import { bytes, count, counted, duration, figure, percent, plainNames, when, words, ticksText } from './format.ts';

describe('figures as people read them', () => {
  test('significant digits, grouped when large, exponential when tiny', () => {
    expect([0.04711, 12.94, 12940, 0, -0.5, 1.234e-7, NaN, 999.6].map((x) => figure(x))).toEqual([
      '0.0471',
      '12.9',
      '12,940',
      '0',
      '−0.500',
      '1.23e−7',
      '—',
      '1000',
    ]);
    expect(count(10000)).toBe('10,000');
    expect([counted(1, 'feature'), counted(1200, 'sample')]).toEqual(['1 feature', '1,200 samples']);
    expect(percent(0.9417)).toBe('94.2 %');
  });

  test('bytes and durations change unit where a person would', () => {
    expect([12, 7_840_000, 2.5e9].map(bytes)).toEqual(['12 B', '7.84 MB', '2.50 GB']);
    expect([300, 8_000, 60_000, 80_000, 7_500_000].map(duration)).toEqual([
      'under a second',
      '8 s',
      '1 min',
      '1 min 20 s',
      '2 h 5 min',
    ]);
  });

  test('dates lose what is not needed', () => {
    const now = new Date(2026, 10, 21, 15, 0);
    expect(when(new Date(2026, 10, 21, 14, 5).toISOString(), now)).toBe('today 14:05');
    expect(when(new Date(2026, 2, 3).toISOString(), now)).toBe('3 Mar');
    expect(when(new Date(2025, 2, 3).toISOString(), now)).toBe('3 Mar 2025');
    expect(when('nonsense', now)).toBe('');
  });

  test('options in a sentence are named as forms name them', () => {
    expect(plainNames('Another nNeighbors of UMAP, PaCMAP or t-SNE; nEpochs is 5')).toBe(
      'Another n neighbors of UMAP, PaCMAP or t-SNE; n epochs is 5',
    );
  });

  test('camelCase becomes words', () => {
    expect(words('latentDim')).toBe('latent dim');
  });
});

test('ticks of an axis are told apart', () => {
  expect(ticksText([0.07412, 0.07414, 0.07416])).toEqual(['0.07412', '0.07414', '0.07416']);
  expect(ticksText([0, 0.05, 0.1])).toEqual(['0', '0.05', '0.10']);
  expect(ticksText([-1, -0.5, 0, 0.5])).toEqual(['−1.0', '−0.5', '0', '0.5']);
  expect(ticksText([10, 20, 30])).toEqual(['10', '20', '30']);
  expect(ticksText([0, 2.5, 5])).toEqual(['0', '2.5', '5.0']);
  expect(ticksText([2e-9, 4e-9])).toEqual(['2.0e−9', '4.0e−9']);
  expect(ticksText([0.1])).toEqual(['0.10']);
});
