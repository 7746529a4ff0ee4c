/**
 * A small transformer encoder as a graph (Vaswani et al. 2017; normalised before each part, as Xiong et al. 2020):
 *
 *     h₀ = embedding of the token + embedding of its place
 *     h' = hₗ + attention(norm hₗ),  hₗ₊₁ = h' + W₂ gelu(W₁ norm h')
 *
 * and its masked-token loss (Devlin et al. 2019): some tokens are hidden, and foretold from the rest by the
 * embeddings themselves.
 */
import {
  add,
  cast,
  constant,
  defineOp,
  equal,
  gather,
  logSoftmax,
  matmul,
  mul,
  neg,
  reshape,
  softmax,
  sub,
  sum,
  transpose,
  div,
  maximum,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { dense, normalized, zeros } from '../nn/index.ts';
import type { Initialiser, LossParts, Scope } from '../nn/index.ts';

export interface TransformerShape {
  /** tokens in the vocabulary, the special ones among them */
  readonly nTokens: number;
  /** tokens of a text that are looked at */
  readonly length: number;
  /** width of a token's vector */
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

/** Places in the vocabulary of what stands for nothing that is written. */
export const PAD = 0;
export const MASK = 1;
export const SPECIAL = 2;

/** What the encoder makes of tokens. */
export interface Encoded {
  /** after 0, 1, … layers, [batch, length, width]; each normalised as the loss sees the last */
  readonly hidden: readonly Tensor[];
  /** of each layer, [batch, heads, length, length]: how much each token (third axis) attends to each (fourth) */
  readonly attention: readonly Tensor[];
  /** 1 where there is a token, [batch, length] */
  readonly present: Tensor;
  /** [nTokens, width] */
  readonly embedding: Tensor;
}

const normal: Initialiser = (shape, _, rng) =>
  rng.fillNormal(new Float32Array(shape.reduce((size, dim) => size * dim, 1)), 0.02);
/** What is not there gets no attention. */
const FAR = 1e9;

/** @param tokens  places in the vocabulary as float32, [batch, length] */
export function encodeTokens(scope: Scope, tokens: Tensor, shape: TransformerShape): Encoded {
  const { nTokens, length, width, layers } = shape;
  const fans = { fanIn: width, fanOut: width };
  const embedding = scope.parameter('tokenVectors', [nTokens, width], normal, fans);
  const places = scope.parameter('placeVectors', [length, width], normal, fans);
  const batch = tokens.shape[0];
  const ids = reshape(tokens, [-1]);
  const taken = lookUp([embedding, cast(ids, 'int64')], {});
  let x = add(reshape(taken, [batch, length, width]), places);
  const present = sub(1, cast(equal(tokens, constant(PAD)), 'float32'));
  const far = mul(reshape(sub(present, 1), [batch, 1, 1, length]), FAR);
  const states = [x];
  const attention: Tensor[] = [];
  for (let l = 0; l < layers; l++) {
    const own = scope.child(`layer${l}`);
    const attended = attend(own, normalized(own.child('before'), x), far, shape);
    attention.push(attended.weights);
    x = add(x, attended.out);
    const normed = reshape(normalized(own.child('between'), x), [-1, width]);
    const wide = dense(own.child('wide'), normed, 4 * width, { activation: 'gelu', biases: zeros });
    x = add(x, reshape(dense(own.child('narrow'), wide, width, { biases: zeros }), [batch, length, width]));
    states.push(x);
  }
  const last = scope.child('last');
  return { hidden: states.map((state) => normalized(last, state)), attention, present, embedding };
}

/** The mean of the vectors of a text's tokens, [batch, width]. */
export function pooled(hidden: Tensor, present: Tensor): Tensor {
  const [batch, length] = present.shape;
  const shares = div(present, maximum(sum(present, { axes: 1, keepDims: true }), 1));
  return sum(mul(hidden, reshape(shares, [batch, length, 1])), { axes: 1 });
}

/**
 * The loss on a mini-batch: −log of the probability of the hidden tokens, mean over them, in nats.
 * @param batch  `tokens` [batch, length]; `places` [batch, masked], of tokens in the whole mini-batch, no place twice;
 *   `answers` [batch, masked], the tokens there; `weights` [batch, masked], 1 where one is hidden, else 0
 */
export function maskedTokenLoss(
  scope: Scope,
  batch: Readonly<Record<string, Tensor>>,
  shape: TransformerShape,
): LossParts {
  const { hidden, embedding } = encodeTokens(scope, batch.tokens, shape);
  const flat = reshape(hidden[shape.layers], [-1, shape.width]);
  const asked = gather(flat, cast(reshape(batch.places, [-1]), 'int64'));
  const bias = scope.parameter('bias', [shape.nTokens], zeros, { fanIn: shape.width, fanOut: shape.nTokens });
  const scores = logSoftmax(add(matmul(asked, embedding, { transposeB: true }), bias));
  const right = sum(mul(scores, oneHot(reshape(batch.answers, [-1]), shape.nTokens)), { axes: 1 });
  const weights = reshape(batch.weights, [-1]);
  return { loss: neg(div(sum(mul(right, weights)), maximum(sum(weights), 1))) };
}

/**
 * Rows of a table by index, [nTokens, width] and int64 [n] → [n, width]. Its gradient is a product with ones and zeros,
 * which adds up what tokens that occur twice get in a fixed order, on any number of threads.
 */
const lookUp = defineOp<object>({
  name: 'lookUp',
  shape: ([table, ids]) => [...ids.shape, ...table.shape.slice(1)],
  gradient: (g, { inputs: [table, ids] }) => [
    () => matmul(oneHot(cast(ids, 'float32'), table.shape[0] as number), g, { transposeA: true }),
    null,
  ],
  onnx: (emit, inputs) => emit.node('Gather', inputs, { axis: 0 }),
});

/** [n] → [n, size] of zeros and, in each row, a one. */
function oneHot(ids: Tensor, size: number): Tensor {
  const range = constant(
    Float32Array.from({ length: size }, (_, i) => i),
    [1, size],
  );
  return cast(equal(reshape(ids, [-1, 1]), range), 'float32');
}

/** Scaled dot-product attention of several heads. */
function attend(
  scope: Scope,
  x: Tensor,
  far: Tensor,
  { length, width, heads }: TransformerShape,
): { out: Tensor; weights: Tensor } {
  const batch = x.shape[0];
  const flat = reshape(x, [-1, width]);
  const size = width / heads;
  const [query, key, value] = ['query', 'key', 'value'].map((name) =>
    transpose(
      reshape(dense(scope.child(name), flat, width, { biases: zeros }), [batch, length, heads, size]),
      [0, 2, 1, 3],
    ),
  );
  const weights = softmax(add(mul(matmul(query, key, { transposeB: true }), 1 / Math.sqrt(size)), far));
  const mixed = reshape(transpose(matmul(weights, value), [0, 2, 1, 3]), [-1, width]);
  const out = dense(scope.child('out'), mixed, width, { biases: zeros });
  return { out: reshape(out, [batch, length, width]), weights };
}
