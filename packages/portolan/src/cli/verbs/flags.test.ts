import { mapMethods, spaceMethods } from '@portolan/core';
import { expect, test } from 'vitest';
import { flagName } from '../method-options.ts';
import { GLOBAL_FLAGS } from '../verb.ts';
import { learn } from './learn.ts';
import { map } from './map.ts';

test.each([
  ['map', map, mapMethods],
  ['learn', learn, spaceMethods],
] as const)('no option of a method is hidden by a flag of %s', (_, verb, methods) => {
  const own = [...verb.flags, ...GLOBAL_FLAGS].map(({ name }) => name).filter((name) => name !== 'seed');
  const options = methods.flatMap((method) => method.options.map(({ name }) => flagName(name)));
  expect(options.filter((name) => own.includes(name))).toEqual([]);
});
