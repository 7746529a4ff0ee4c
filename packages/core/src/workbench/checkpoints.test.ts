import { describe, expect, it } from 'vitest';
import type { OptionSpec } from '../base/index.ts';
import { stateKeeper } from './checkpoints.ts';

const method = (epochs: number) => ({
  name: 'method',
  options: [{ name: 'epochs', type: 'integer', default: epochs, summary: 'How often.' } satisfies OptionSpec],
});
/** Epochs whose states are kept of so many that were learned. */
const kept = (wanted: number, option: number, learned: number): { epochs: number[]; notes: string[] } => {
  const keeper = stateKeeper(method(option), {}, wanted, {});
  for (let epoch = 1; epoch <= learned; epoch++) keeper.onCheckpoint(Uint8Array.of(epoch));
  for (const { epoch, checkpoint } of keeper.states) expect(checkpoint[0]).toBe(epoch);
  return { epochs: keeper.states.map(({ epoch }) => epoch), notes: keeper.notes() };
};

describe('states on the way', () => {
  it.each([
    [3, 8, [2, 4, 6]],
    [1, 2, [1]],
    [3, 100, [25, 50, 75]],
  ])('are %i, evenly over %i epochs', (wanted, epochs, expected) => {
    expect(kept(wanted, epochs, epochs)).toEqual({ epochs: expected, notes: [] });
  });

  it.each([
    [3, 8, [2, 4, 6]],
    [1, 40, [24]],
    [4, 200, [48, 80, 128, 160]],
  ])('are %i of a method that settles by itself to learn %i epochs', (wanted, learned, expected) => {
    expect(kept(wanted, 0, learned)).toEqual({ epochs: expected, notes: [] });
  });

  it('are fewer where there were too few epochs, and says so', () => {
    expect(kept(3, 2, 2)).toEqual({ epochs: [1], notes: [expect.stringMatching(/kept: 1 instead of 3/)] });
    expect(kept(3, 0, 2)).toEqual({ epochs: [1], notes: [expect.stringMatching(/kept: 1 instead of 3/)] });
    expect(kept(3, 5, 0).notes).toEqual([expect.stringMatching(/tells no states on the way/)]);
  });
});
