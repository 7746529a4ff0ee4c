/**
 * One player's step as one graph: its loss, backward and update, with the other player's parameters given and left as
 * they are. Parameters and slots go in under their names and come out under `next/` and their names, as in
 * train-step.ts; so do the running averages, `average/`, of the player whose average is kept.
 */
import { add, constant, div, gradients, input, minimum, mul, reshape, sqrt, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { LossParts } from './losses.ts';
import type { Factors, Optimiser } from './optimisers.ts';
import { boundScope, declaringScope } from './scope.ts';
import type { Parameter, Scope } from './scope.ts';
import { batchName, factorName, HEALTH, lossName, nextName, slotName } from './train-step.ts';
import type { BatchInput } from './train-step.ts';

export type Role = 'generator' | 'discriminator';
export const ROLES: readonly Role[] = ['discriminator', 'generator'];

/** Where each player's parameters are. */
export type Scopes = Readonly<Record<Role, Scope>>;

/**
 * What a player minimises on a mini-batch. Its own parameters learn, the other's are as they are. A parameter that is
 * given its next value by `set` is not trained: the state of a power iteration, for instance.
 */
export type PlayerLoss = (
  scopes: Scopes,
  batch: Readonly<Record<string, Tensor>>,
  set: (parameter: Tensor, next: Tensor) => void,
) => LossParts;

/** The parameters of both players: those that learn, and those that are set. */
export interface PlayerParameters {
  readonly learned: readonly Parameter[];
  readonly carried: readonly Parameter[];
}

export const averageName = (parameter: string): string => `average/${parameter}`;
/** The share of the average that is kept at a step, as an input. */
export const DECAY = 'factor/averageDecay';

/** Both players' parameters, with first values by `rng`, and the names of their loss parts. */
export function declarePlayers(
  losses: Readonly<Record<Role, PlayerLoss>>,
  inputs: Readonly<Record<Role, readonly BatchInput[]>>,
  batchSize: number,
  rng: Parameters<typeof declaringScope>[0],
): { parameters: Record<Role, PlayerParameters>; parts: Record<Role, string[]> } {
  const { scope, parameters, tensors } = declaringScope(rng);
  const scopes = scopesOf(scope);
  const set = new Set<Tensor>();
  const parts = {} as Record<Role, string[]>;
  for (const role of ROLES) {
    parts[role] = Object.keys(losses[role](scopes, batchOf(inputs[role], batchSize), (parameter) => set.add(parameter)));
  }
  const own = (role: Role): PlayerParameters => {
    const all = parameters.filter(({ name }) => name.startsWith(`${role}.`));
    const isSet = ({ name }: Parameter): boolean => set.has(tensors.get(name) as Tensor);
    return { learned: all.filter((parameter) => !isSet(parameter)), carried: all.filter(isSet) };
  };
  return { parameters: { discriminator: own('discriminator'), generator: own('generator') }, parts };
}

export interface PlayerStepOptions {
  role: Role;
  loss: PlayerLoss;
  parameters: Readonly<Record<Role, PlayerParameters>>;
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
  const all = ROLES.flatMap((each) => [...parameters[each].learned, ...parameters[each].carried]);
  const tensors = new Map(all.map(({ name, shape }) => [name, input(name, shape)]));
  const factors: Factors = Object.fromEntries(
    optimiser.factorNames.map((name) => [name, input(factorName(name, 0), [])]),
  );
  const nexts = new Map<Tensor, Tensor>();
  const parts = loss(scopesOf(boundScope(tensors)), batchOf(inputs, batchSize), (parameter, next) =>
    nexts.set(parameter, next),
  );
  const { learned, carried } = parameters[role];
  const values = learned.map(({ name }) => tensors.get(name) as Tensor);
  const found = clipped(gradients(parts.loss, values, factors.gradientScale), factors.gradientScale, clipNorm);
  const outputs: Record<string, Tensor> = {};
  for (const [part, value] of Object.entries(parts)) outputs[lossName(part)] = reshape(value, [1]);
  const health: Tensor[] = [];
  learned.forEach(({ name, shape }, i) => {
    const slots = optimiser.begin(
      optimiser.slots.map((slot) => input(slotName(slot, name), shape)),
      factors,
    );
    const next = optimiser.update(values[i], found[i], slots, factors);
    health.push(sum(next.parameter));
    outputs[nextName(name)] = next.parameter;
    optimiser.slots.forEach((slot, s) => (outputs[nextName(slotName(slot, name))] = next.slots[s]));
    if (!averaged) return;
    const decay = input(DECAY, []);
    const average = input(averageName(name), shape);
    outputs[nextName(averageName(name))] = add(next.parameter, mul(decay, sub(average, next.parameter)));
  });
  for (const { name } of carried) {
    const before = tensors.get(name) as Tensor;
    // copied where it is not set: an output must be one of this step
    outputs[nextName(name)] = nexts.get(before) ?? mul(before, 1);
  }
  outputs[HEALTH] = health.reduce((a, b) => add(a, b));
  return outputs;
}

const scopesOf = (scope: Scope): Scopes => ({
  generator: scope.child('generator'),
  discriminator: scope.child('discriminator'),
});

function batchOf(inputs: readonly BatchInput[], batchSize: number): Record<string, Tensor> {
  return Object.fromEntries(inputs.map(({ name, shape }) => [name, input(batchName(name, 0), [batchSize, ...shape])]));
}

/** Gradients scaled so that their joint Euclidean norm is at most `clipNorm`. */
function clipped(found: readonly Tensor[], gradientScale: Tensor, clipNorm: number): readonly Tensor[] {
  if (clipNorm === Infinity) return found;
  const norm = sqrt(found.map((g) => sum(mul(g, g))).reduce((a, b) => add(a, b)));
  const shrink = minimum(div(mul(gradientScale, clipNorm), add(norm, 1e-30)), constant(1));
  return found.map((g) => mul(g, shrink));
}
