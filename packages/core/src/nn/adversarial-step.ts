/**
 * One player's step as one graph: its loss, backward and update, with the other player's parameters given and left as
 * they are. Parameters and slots go in under their names and come out under `next/` and their names, as in
 * train-step.ts; so do the running averages, `average/`, of the player whose average is kept.
 */
import type { Random } from '../base/index.ts';
import { add, gradients, input, mul, reshape, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { LossParts } from './losses.ts';
import type { Factors, Optimiser } from './optimisers.ts';
import { boundScope, declaringScope } from './scope.ts';
import type { Change, Parameter, Scope } from './scope.ts';
import { batchName, batchShape, clipped, factorName, HEALTH, lossName, nextName, slotName } from './train-step.ts';
import type { BatchInput } from './train-step.ts';

export type Role = 'generator' | 'discriminator';
export const ROLES: readonly Role[] = ['discriminator', 'generator'];

/** Where each player's parameters are. */
export type Scopes = Readonly<Record<Role, Scope>>;

/** What a player minimises on a mini-batch. Its own parameters learn, the other's are as they are. */
export type PlayerLoss = (scopes: Scopes, batch: Readonly<Record<string, Tensor>>) => LossParts;

export const averageName = (parameter: string): string => `average/${parameter}`;
/** The share of the average that is kept at a step, as an input. */
export const DECAY = 'factor/averageDecay';

/** Each player's parameters, with first values by `rng`, and the names of the parts of its loss. */
export function declarePlayers(
  losses: Readonly<Record<Role, PlayerLoss>>,
  inputs: Readonly<Record<Role, readonly BatchInput[]>>,
  batchSize: number,
  rng: Random,
): { parameters: Record<Role, Parameter[]>; parts: Record<Role, string[]> } {
  const { scope, parameters } = declaringScope(rng);
  const partsOf = (role: Role): string[] =>
    Object.keys(losses[role](scopesOf(scope), batchOf(inputs[role], batchSize)));
  const parts = { discriminator: partsOf('discriminator'), generator: partsOf('generator') };
  const own = (role: Role): Parameter[] => parameters.filter(({ name }) => name.startsWith(`${role}.`));
  return { parameters: { discriminator: own('discriminator'), generator: own('generator') }, parts };
}

export interface PlayerStepOptions {
  role: Role;
  loss: PlayerLoss;
  parameters: Readonly<Record<Role, readonly Parameter[]>>;
  optimiser: Optimiser;
  inputs: readonly BatchInput[];
  batchSize: number;
  /** gradients longer than this in all are scaled down to it; Infinity leaves them */
  clipNorm: number;
  /** whether a running average of the learned parameters is kept */
  averaged: boolean;
}

/** The outputs of one step. */
export function playerStep(options: PlayerStepOptions): Record<string, Tensor> {
  const { role, loss, parameters, optimiser, inputs, batchSize, clipNorm, averaged } = options;
  const all = ROLES.flatMap((each) => parameters[each]);
  const tensors = new Map(all.map(({ name, shape }) => [name, input(name, shape)]));
  const factors: Factors = Object.fromEntries(
    optimiser.factorNames.map((name) => [name, input(factorName(name, 0), [])]),
  );
  const changes = new Map<string, Change>();
  const parts = loss(scopesOf(boundScope(tensors, changes)), batchOf(inputs, batchSize));
  const learned = parameters[role];
  const values = learned.map(({ name }) => tensors.get(name) as Tensor);
  const found = clipped(gradients(parts.loss, values, factors.gradientScale), factors.gradientScale, clipNorm);
  const outputs: Record<string, Tensor> = {};
  for (const [part, value] of Object.entries(parts)) outputs[lossName(part)] = reshape(value, [1]);
  const health: Tensor[] = [];
  const decay = input(DECAY, []);
  learned.forEach(({ name, shape }, i) => {
    const slots = optimiser.begin(
      optimiser.slots.map((slot) => input(slotName(slot, name), shape)),
      factors,
    );
    const update = optimiser.update(values[i], found[i], slots, factors);
    const next = changes.get(name)?.(update.parameter) ?? update.parameter;
    health.push(sum(next));
    outputs[nextName(name)] = next;
    optimiser.slots.forEach((slot, s) => (outputs[nextName(slotName(slot, name))] = update.slots[s]));
    if (!averaged) return;
    const average = input(averageName(name), shape);
    outputs[nextName(averageName(name))] = add(next, mul(decay, sub(average, next)));
  });
  outputs[HEALTH] = health.reduce((a, b) => add(a, b));
  return outputs;
}

const scopesOf = (scope: Scope): Scopes => ({
  generator: scope.child('generator'),
  discriminator: scope.child('discriminator'),
});

function batchOf(inputs: readonly BatchInput[], batchSize: number): Record<string, Tensor> {
  return Object.fromEntries(inputs.map((own) => [own.name, input(batchName(own.name, 0), batchShape(own, batchSize))]));
}
