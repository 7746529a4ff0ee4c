import type { MapInfo, SpaceInfo } from '@portolan/core/workbench';
import { expect, test } from 'vitest';
import { checkpointsOf, frameOf, nameInFrame } from './frame.ts';

const map = (id: string, place?: number): MapInfo =>
  ({
    id,
    data: 'digits',
    space: id,
    ...(place !== undefined && { frame: { first: 'a', place, count: 3 } }),
  }) as MapInfo;
const space = (id: string, epoch?: number): SpaceInfo =>
  ({ id, ...(epoch !== undefined && { checkpoint: { of: 'vae', epoch } }) }) as SpaceInfo;

test('maps of one frame come in their order; one that is left alone has no frame', () => {
  const maps = [map('c', 2), map('alone'), map('a', 0), map('b', 1)];
  expect(frameOf(maps[3], maps).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(frameOf(maps[1], maps)).toEqual([]);
  expect(frameOf(maps[0], [maps[0]])).toEqual([]);
});

test('checkpoints are named by their epochs, others as they are', () => {
  const spaces = [space('vae'), space('late', 10), space('early', 2)];
  expect(checkpointsOf('vae', spaces).map(({ id }) => id)).toEqual(['early', 'late']);
  expect(['early', 'vae'].map((id) => nameInFrame(map(id), spaces))).toEqual(['epoch 2', 'vae']);
  expect(nameInFrame({ ...map('x'), space: undefined }, spaces)).toBe('rows of digits');
});
