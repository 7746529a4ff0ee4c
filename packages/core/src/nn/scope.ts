/**
 * Where layers get their parameters from. A model is a plain function of a scope and its inputs; run over a declaring
 * scope it lists its parameters with their first values, run over a bound one it uses those it is given: inputs of the
 * training graph, the updated parameters of the mini-batch before, or constants in the file that is saved.
 */
import { InputError } from '../base/index.ts';
import type { Random } from '../base/index.ts';
import { constant, input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Fans, Initialiser } from './initialisers.ts';

export interface Scope {
  /** The parameter `name` within this scope. */
  parameter(name: string, shape: readonly number[], initialiser: Initialiser, fans: Fans): Tensor;
  /** A scope within this one: its names begin with `name.` */
  child(name: string): Scope;
}

/** A parameter's name, shape and value. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: Float32Array;
}

/** A scope that lists what is asked of it; each parameter becomes an input of the graph and is listed once. */
export function declaringScope(rng: Random): { scope: Scope; parameters: Parameter[]; tensors: Map<string, Tensor> } {
  const parameters: Parameter[] = [];
  const tensors = new Map<string, Tensor>();
  const scope = scopeOf((name, shape, initialiser, fans) => {
    const known = tensors.get(name);
    if (known) return known;
    parameters.push({ name, shape, value: initialiser(shape, fans, rng.fork(parameters.length)) });
    const tensor = input(name, shape);
    tensors.set(name, tensor);
    return tensor;
  });
  return { scope, parameters, tensors };
}

/** A scope over given tensors. */
export function boundScope(tensors: ReadonlyMap<string, Tensor>): Scope {
  return scopeOf((name) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new InputError(`the model asks for a parameter ${name}, which it has not been given`);
    return tensor;
  });
}

/** A scope over fixed values: what a saved model is made of. */
export function constantScope(parameters: readonly Parameter[]): Scope {
  return boundScope(new Map(parameters.map(({ name, shape, value }) => [name, constant(value, shape)])));
}

function scopeOf(get: Scope['parameter'], prefix = ''): Scope {
  return {
    parameter: (name, shape, initialiser, fans) => get(prefix + name, shape, initialiser, fans),
    child: (name) => scopeOf(get, `${prefix}${name}.`),
  };
}
