/** Data that is made on the fly, with the factors that made it known. A new generator joins by a line in the list. */
import { gaussians } from './gaussians.ts';
import type { DataGenerator } from './generator.ts';
import { ratings } from './ratings.ts';
import { sounds } from './sounds.ts';
import { sprites } from './sprites.ts';
import { moons, spiral } from './toys.ts';

export type { DataGenerator } from './generator.ts';

export const dataGenerators: readonly DataGenerator[] = [sprites, sounds, gaussians, moons, spiral, ratings];
