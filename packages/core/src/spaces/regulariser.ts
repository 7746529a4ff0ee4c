/** Regularisers of autoencoders, over what the engine shows them (`View` of variational.ts). */
import { abs, mul, sub } from '../graph/index.ts';
import type { Regulariser } from './variational.ts';
import type { Weight } from './weights.ts';

/**
 * β · KL(q(z|x) ‖ p(z)); with a capacity C, β · |KL − C|, which lets the codes hold C nats.
 * @see Higgins et al. 2017; Burgess et al. 2018 (capacity)
 */
export function klTerm(beta: Weight, capacity?: Weight): Regulariser {
  return {
    weights: capacity === undefined ? [beta] : [beta, capacity],
    terms({ posterior, z, weight }) {
      const kl = posterior.kl!(z);
      const beyond = capacity === undefined ? kl : abs(sub(kl, weight(capacity)));
      return { loss: mul(beyond, weight(beta)), parts: { kl } };
    },
  };
}
