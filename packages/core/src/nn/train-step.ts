/**
 * The whole training step as one graph: forward, backward and update of several mini-batches in a row. Parameters and
 * slots go in under their names and come out under `next.` and their names; losses come out as one vector each.
 */
import { add, concat, constant, div, gradients, input, minimum, mul, reshape, sqrt, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { LossParts } from './losses.ts';
import type { Factors, Optimiser } from './optimisers.ts';
import { boundScope } from './scope.ts';
import type { Change, Parameter, Scope } from './scope.ts';

/** What a mini-batch is made of: a name, and the shape of one row of it. */
export interface BatchInput {
  readonly name: string;
  readonly shape: readonly number[];
  /** one for the whole mini-batch, such as a weight that changes while learning: without a batch axis */
  readonly once?: boolean;
}

/** The shape of an input in a mini-batch of so many rows. */
export const batchShape = <N extends number | string>({ shape, once }: BatchInput, rows: N): readonly (number | N)[] =>
  once ? shape : [rows, ...shape];

/** A model to be learned: its loss on a mini-batch, tensors of shape [batch, …] by name. */
export type Model = (scope: Scope, batch: Readonly<Record<string, Tensor>>) => LossParts;

export interface StepGraphOptions {
  model: Model;
  parameters: readonly Parameter[];
  optimiser: Optimiser;
  inputs: readonly BatchInput[];
  batchSize: number;
  batchesPerCall: number;
  /** gradients longer than this in all are scaled down to it; Infinity leaves them */
  clipNorm: number;
}

export const slotName = (slot: string, parameter: string): string => `${slot}/${parameter}`;
export const factorName = (name: string, k: number): string => `factor/${name}/${k}`;
export const batchName = (name: string, k: number): string => `batch/${name}/${k}`;
export const lossName = (part: string): string => `loss/${part}`;
export const nextName = (name: string): string => `next/${name}`;
/** An output that is finite if and only if every parameter is (its value means nothing). */
export const HEALTH = 'health';

/** The outputs of a call of `batchesPerCall` iterations. */
export function stepGraph(options: StepGraphOptions): Record<string, Tensor> {
  const { model, parameters, optimiser, inputs, batchSize, batchesPerCall, clipNorm } = options;
  const losses = new Map<string, Tensor[]>();
  let values = parameters.map(({ name, shape }) => input(name, shape));
  let slots = parameters.map(({ name, shape }) => optimiser.slots.map((slot) => input(slotName(slot, name), shape)));
  for (let k = 0; k < batchesPerCall; k++) {
    const factors: Factors = Object.fromEntries(
      optimiser.factorNames.map((name) => [name, input(factorName(name, k), [])]),
    );
    if (k === 0) slots = slots.map((own) => [...optimiser.begin(own, factors)]);
    const batch = Object.fromEntries(
      inputs.map((own) => [own.name, input(batchName(own.name, k), batchShape(own, batchSize))]),
    );
    const changes = new Map<string, Change>();
    const scope = boundScope(new Map(parameters.map(({ name }, i) => [name, values[i]])), changes);
    const parts = model(scope, batch);
    for (const [part, value] of Object.entries(parts)) {
      losses.set(part, [...(losses.get(part) ?? []), reshape(value, [1])]);
    }
    const found = clipped(gradients(parts.loss, values, factors.gradientScale), factors.gradientScale, clipNorm);
    const updated = values.map((value, i) => optimiser.update(value, found[i], slots[i], factors));
    values = updated.map(({ parameter }, i) => changes.get(parameters[i].name)?.(parameter) ?? parameter);
    slots = updated.map((update) => [...update.slots]);
  }
  const outputs: Record<string, Tensor> = {};
  for (const [part, each] of losses) outputs[lossName(part)] = each.length === 1 ? each[0] : concat(each, 0);
  outputs[HEALTH] = values.map((value) => sum(value)).reduce((a, b) => add(a, b));
  parameters.forEach(({ name }, i) => {
    outputs[nextName(name)] = values[i];
    optimiser.slots.forEach((slot, s) => (outputs[nextName(slotName(slot, name))] = slots[i][s]));
  });
  return outputs;
}

/** Gradients scaled so that their joint Euclidean norm is at most `clipNorm`. @see Pascanu et al. 2013 */
export function clipped(found: readonly Tensor[], gradientScale: Tensor, clipNorm: number): readonly Tensor[] {
  if (clipNorm === Infinity) return found;
  const norm = sqrt(found.map((g) => sum(mul(g, g))).reduce((a, b) => add(a, b)));
  const limit = mul(gradientScale, clipNorm);
  const shrink = minimum(div(limit, add(norm, 1e-30)), constant(1));
  return found.map((g) => mul(g, shrink));
}
