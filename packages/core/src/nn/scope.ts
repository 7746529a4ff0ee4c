/**
 * Where layers get their parameters from. A model is a plain function of a scope and its inputs; run over a declaring
 * scope it lists its parameters with their first values, run over a bound one it uses those it is given: inputs of the
 * training graph, the updated parameters of the mini-batch before, or constants in the file that is saved.
 */
import { InputError } from '../base/index.ts';
import type { Random } from '../base/index.ts';
import { constant, detach, input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Fans, Initialiser } from './initialisers.ts';

export interface Scope {
  /** The parameter `name` within this scope. */
  parameter(name: string, shape: readonly number[], initialiser: Initialiser, fans: Fans): Tensor;
  /**
   * What becomes of the parameter `name` after each update, given what the optimiser makes of it: a running mean, a row
   * put in place of one that is not used. It has its effect while learning only.
   */
  change(name: string, change: Change): void;
  /** A scope within this one: its names begin with `name.` */
  child(name: string): Scope;
}

/** The parameter as the optimiser would have it → as it shall be. */
export type Change = (next: Tensor) => Tensor;

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

/** A scope over given tensors; what is to change them is written into `changes`. */
export function boundScope(tensors: ReadonlyMap<string, Tensor>, changes?: Map<string, Change>): Scope {
  return scopeOf(
    (name) => {
      const tensor = tensors.get(name);
      if (!tensor) throw new InputError(`the model asks for a parameter ${name}, which it has not been given`);
      return tensor;
    },
    (name, change) => void changes?.set(name, change),
  );
}

/** The scope with its parameters taken for constants: no gradient reaches them. */
export function frozenScope(scope: Scope): Scope {
  return {
    parameter: (...asked) => detach(scope.parameter(...asked)),
    change: () => undefined,
    child: (name) => frozenScope(scope.child(name)),
  };
}

/** A scope over fixed values: what a saved model is made of. */
export function constantScope(parameters: readonly Parameter[]): Scope {
  return boundScope(new Map(parameters.map(({ name, shape, value }) => [name, constant(value, shape)])));
}

function scopeOf(get: Scope['parameter'], set: Scope['change'] = () => undefined, prefix = ''): Scope {
  return {
    parameter: (name, shape, initialiser, fans) => get(prefix + name, shape, initialiser, fans),
    change: (name, change) => set(prefix + name, change),
    child: (name) => scopeOf(get, set, `${prefix}${name}.`),
  };
}
