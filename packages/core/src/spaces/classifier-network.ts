/** The network of a classifier: hidden layers, a narrow linear code, and logits; and its loss with its accuracy. */
import { InputError } from '../base/index.ts';
import type { Options } from '../base/index.ts';
import { cast, greater, logSoftmax, max, mean, mul, neg, not, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { activate, dense, flatten } from '../nn/index.ts';
import type { LossParts, Scope } from '../nn/index.ts';
import { startingScope } from './classifier-start.ts';
import type { Start } from './classifier-start.ts';
import { encoderLayers, INITIAL } from './networks.ts';
import type { Architecture } from './networks.ts';

export interface ClassifierNetwork {
  /** rows as they are learned → the code, and logits [batch, classes] */
  classify(scope: Scope, x: Tensor): { z: Tensor; logits: Tensor };
  /** the hidden layers alone */
  trunk(scope: Scope, x: Tensor): Tensor[];
}

/** @throws InputError when there is no such layer */
export function classifierNetwork(
  options: Options,
  architecture: Architecture,
  nClasses: number,
  start: Start,
): ClassifierNetwork {
  const layer = options.layer as number;
  const depth = (architecture.kind === 'dense' ? architecture.layers : architecture.channels).length;
  if (layer > depth) {
    throw new InputError(
      `layer ${layer} is asked for, but there are ${depth} hidden layers; 0 is the code behind them`,
      {
        code: 'option',
        details: { option: 'layer' },
      },
    );
  }
  const trunk = (scope: Scope, x: Tensor): Tensor[] => encoderLayers(scope.child('encoder'), x, architecture);
  return {
    trunk,
    classify(scope, x) {
      const hidden = trunk(startingScope(scope, start, options.freeze === true), x);
      const features = flatten(hidden.at(-1) ?? x);
      const code = dense(scope.child('code'), features, options.latentDim as number, INITIAL);
      const logits = dense(scope.child('classes'), activate(code, architecture.activation), nClasses, INITIAL);
      return { z: layer === 0 ? code : pooled(hidden[layer - 1]), logits };
    },
  };
}

/** Maps of features by their mean, which is how present each feature is; others as they are. */
function pooled(h: Tensor): Tensor {
  return h.shape.length === 4 ? mean(h, { axes: [2, 3] }) : h;
}

/**
 * −w · log softmax(logits) of the row's class, mean over rows; and the share of rows whose class has the largest logit.
 * @param target  one-hot, [batch, classes]
 * @param weight  [batch, 1]
 */
export function classifierLoss(logits: Tensor, target: Tensor, weight: Tensor): LossParts {
  const loss = neg(mean(mul(sum(mul(target, logSoftmax(logits)), { axes: 1, keepDims: true }), weight)));
  const own = sum(mul(target, logits), { axes: 1 });
  const accuracy = mean(cast(not(greater(sub(max(logits, { axes: 1 }), own), 0)), 'float32'));
  return { loss, accuracy };
}
