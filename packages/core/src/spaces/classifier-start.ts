/**
 * Fine-tuning: a network that begins with the weights of another space's encoder, layer by layer from the rows inwards,
 * as far as their shapes agree.
 */
import { InputError, random } from '../base/index.ts';
import { detach, readWeights } from '../graph/index.ts';
import type { LayerWeights } from '../graph/index.ts';
import { declaringScope } from '../nn/index.ts';
import type { Parameter, Scope } from '../nn/index.ts';
import type { LearnJob } from './latent-space.ts';

/** Parameters to begin with, by name within the trunk. */
export type Start = ReadonlyMap<string, Float32Array>;

/**
 * @param from  a space of the project
 * @param trunk  builds the trunk, of which the parameters are wanted
 * @throws InputError when there is no such space at hand, it has no encoder.onnx, or not one layer fits
 */
export async function startFrom(
  from: string,
  trunk: (scope: Scope) => void,
  files: LearnJob['files'],
): Promise<{ start: Start; note: string }> {
  if (!files) {
    throw new InputError(`the option from names the space ${from}, but no project is at hand to find it in`, {
      code: 'option',
      details: { option: 'from' },
    });
  }
  const encoder = (await files(from))['encoder.onnx'];
  if (!encoder) {
    throw new InputError(`the space ${from} has no encoder.onnx to begin with; name a space that a network learned`, {
      code: 'option',
      details: { option: 'from' },
    });
  }
  const { scope, parameters } = declaringScope(random(0));
  trunk(scope);
  const wanted = layersOf(parameters);
  const given = readWeights(encoder, { name: `encoder.onnx of ${from}` });
  const start = new Map<string, Float32Array>();
  let taken = 0;
  for (; taken < wanted.length && taken < given.length; taken++) {
    const [{ weight, bias }, layer] = [wanted[taken], given[taken]];
    if (!fits(weight, layer)) break;
    start.set(weight.name, layer.weight);
    if (bias && layer.bias?.length === bias.value.length) start.set(bias.name, layer.bias);
  }
  if (taken === 0) {
    const [mine, theirs] = [wanted[0]?.weight.shape, given[0]?.shape].map((shape) => `[${shape?.join(', ') ?? ''}]`);
    throw new InputError(
      `no layer of the space ${from} fits: its first has weights ${theirs}, this network ${mine}; choose its architecture, layers or channels`,
      { code: 'option', details: { option: 'from' } },
    );
  }
  return { start, note: `began with ${taken} of ${wanted.length} layers of ${from}` };
}

/** The scope whose parameters begin with given values; frozen, they stay at them. */
export function startingScope(scope: Scope, start: Start, frozen: boolean, prefix = ''): Scope {
  return {
    change: (name, change) => scope.change(name, change),
    child: (name) => startingScope(scope.child(name), start, frozen, `${prefix}${name}.`),
    parameter(name, shape, initialiser, fans) {
      const value = start.get(prefix + name);
      if (!value) return scope.parameter(name, shape, initialiser, fans);
      const tensor = scope.parameter(name, shape, () => value.slice(), fans);
      if (!frozen) return tensor;
      // no gradient, nor any decay of weights
      scope.change(name, () => tensor);
      return detach(tensor);
    },
  };
}

interface Layer {
  weight: Parameter;
  bias?: Parameter;
}

function layersOf(parameters: readonly Parameter[]): Layer[] {
  const weights = parameters.filter(({ name }) => name.endsWith('weight'));
  return weights.map((weight) => {
    const stem = weight.name.slice(0, -'weight'.length);
    return { weight, bias: parameters.find(({ name }) => name === `${stem}bias`) };
  });
}

const fits = ({ shape }: Parameter, layer: LayerWeights): boolean => shape.join() === layer.shape.join();
