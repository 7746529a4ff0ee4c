/** The dense autoencoder in jax-js on its WASM backend: one jitted step with Adam, parameters kept in its arrays. */
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';

const SIZES = [784, 512, 128, 64, 2, 64, 128, 512, 784];
const LINEAR = [3, 7];
const BATCH = 256;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

function initial(rng) {
  return SIZES.slice(1).map((outputs, i) => {
    const bound = Math.sqrt(6 / SIZES[i]);
    const w = Float32Array.from({ length: SIZES[i] * outputs }, () => (2 * rng() - 1) * bound);
    return { w: np.array(w).reshape([SIZES[i], outputs]), b: np.zeros([outputs]) };
  });
}

function loss(params, x) {
  let h = x.ref;
  params.forEach(({ w, b }, i) => {
    h = np.dot(h, w).add(b);
    if (!LINEAR.includes(i)) h = nn.relu(h);
  });
  return np.square(nn.sigmoid(h).sub(x)).mean();
}

const step = jit((params, m, v, rate, x) => {
  const [value, grads] = valueAndGrad(loss)(tree.ref(params), x);
  const nextM = tree.map((m, g) => m.mul(BETA1).add(g.ref.mul(1 - BETA1)), m, tree.ref(grads));
  const nextV = tree.map((v, g) => v.mul(BETA2).add(np.square(g).mul(1 - BETA2)), v, grads);
  const nextParams = tree.map(
    (p, m, v) => p.sub(m.mul(rate.ref).div(np.sqrt(v).add(EPSILON))),
    params,
    tree.ref(nextM),
    tree.ref(nextV),
  );
  rate.dispose?.();
  return [nextParams, nextM, nextV, value];
});

export async function jaxDense(rows, { epochs, seed }) {
  await init('wasm');
  defaultDevice('wasm');
  let state = seed + 1;
  const rng = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  let params = initial(rng);
  let m = tree.map((p) => np.zeros(p.shape), tree.ref(params));
  let v = tree.map((p) => np.zeros(p.shape), tree.ref(params));
  const order = Uint32Array.from({ length: 10_000 }, (_, i) => i);
  // whole mini-batches only: a last one of another size would be compiled anew
  const perEpoch = Math.floor(order.length / BATCH);
  let t = 0;
  let begin = 0;
  let total = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(rng() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    total = 0;
    for (let i = 0; i < perEpoch; i++) {
      const batch = new Float32Array(BATCH * 784);
      for (let r = 0; r < BATCH; r++) {
        const from = order[i * BATCH + r] * 784;
        for (let c = 0; c < 784; c++) batch[r * 784 + c] = rows[from + c] / 255;
      }
      t++;
      const rate = np.array((1e-3 * Math.sqrt(1 - BETA2 ** t)) / (1 - BETA1 ** t));
      let value;
      [params, m, v, value] = step(params, m, v, rate, np.array(batch).reshape([BATCH, 784]));
      total += (await value.data())[0];
      if (t === 10) begin = performance.now();
    }
  }
  const seconds = (performance.now() - begin) / 1000;
  return {
    seconds,
    samplesPerSecond: ((t - 10) * BATCH) / seconds,
    loss: total / perEpoch,
    threads: navigator.hardwareConcurrency,
  };
}
