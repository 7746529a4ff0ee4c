/**
 * A convolutional VAE's training step without its update (1→32→64, 3 × 3, stride 2, 16 latents, mirrored; batch 256):
 * CPU milliseconds a step on onnxruntime-node, beside PyTorch where it is installed. Runs what `npm run build` made.
 *
 *     node bench/convolution.mjs [--steps 40]
 */
import { spawnSync } from 'node:child_process';
import * as ort from 'onnxruntime-node';
import * as g from '@portolan/core/graph';

const at = process.argv.indexOf('--steps');
const steps = at < 0 ? 40 : Number(process.argv[at + 1]);
const batch = 256;
const stride = { strides: 2, pads: 1 };

const shapes = [
  [32, 1, 3, 3],
  [32],
  [64, 32, 3, 3],
  [64],
  [3136, 32],
  [32],
  [16, 3136],
  [3136],
  [64, 32, 3, 3],
  [32],
  [32, 1, 3, 3],
  [1],
];

function trainingStep() {
  const x = g.input('x', [batch, 1, 28, 28]);
  const noise = g.input('noise', [batch, 16]);
  const parameters = shapes.map((shape, i) => g.input(`p${i}`, shape));
  const [w1, b1, w2, b2, w3, b3, w4, b4, w5, b5, w6, b6] = parameters;
  const hidden = g.relu(g.conv2d(g.relu(g.conv2d(x, w1, b1, stride)), w2, b2, stride));
  const code = g.gemm(g.reshape(hidden, [batch, 3136]), w3, b3);
  const mean = g.slice(code, [0], [16], { axes: [1] });
  const logVar = g.slice(code, [16], [32], { axes: [1] });
  const z = g.add(mean, g.mul(g.exp(g.mul(logVar, 0.5)), noise));
  const seed = g.reshape(g.relu(g.gemm(z, w4, b4)), [batch, 64, 7, 7]);
  const larger = { ...stride, outputPadding: 1 };
  const logits = g.convTranspose2d(g.relu(g.convTranspose2d(seed, w5, b5, larger)), w6, b6, larger);
  const reconstruction = g.sum(g.sub(g.softplus(logits), g.mul(x, logits)));
  const kl = g.mul(g.sum(g.sub(g.add(g.square(mean), g.exp(logVar)), g.add(logVar, 1))), 0.5);
  const loss = g.div(g.add(reconstruction, kl), batch);
  const slopes = Object.fromEntries(g.gradients(loss, parameters).map((t, i) => [`d${i}`, t]));
  return { inputs: [x, noise, ...parameters], outputs: { loss, ...slopes } };
}

async function portolan(threads) {
  const { inputs, outputs } = trainingStep();
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 };
  const session = await ort.InferenceSession.create(g.toOnnx(outputs, { inputs }), options);
  const feeds = {};
  for (const { name, shape } of inputs) {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 12.9898) * 0.1);
    feeds[name] = new ort.Tensor('float32', name === 'x' ? data.map(Math.abs) : data, shape);
  }
  const times = [];
  for (let i = 0; i < steps + 5; i++) {
    const before = process.cpuUsage();
    const began = performance.now();
    await session.run(feeds);
    const { user, system } = process.cpuUsage(before);
    if (i >= 5) times.push({ wall: performance.now() - began, cpu: (user + system) / 1000 });
  }
  return times;
}

const script = `
import json, sys, time, torch, torch.nn.functional as F
torch.set_num_threads(int(sys.argv[1])); steps = int(sys.argv[2]); torch.manual_seed(0)
s = ${JSON.stringify(shapes)}
p = [(torch.randn(*k) * 0.05).requires_grad_() for k in s]
x, e, out = torch.rand(256, 1, 28, 28), torch.randn(256, 16), []
def step():
    w1, b1, w2, b2, w3, b3, w4, b4, w5, b5, w6, b6 = p
    h = F.relu(F.conv2d(F.relu(F.conv2d(x, w1, b1, 2, 1)), w2, b2, 2, 1)).flatten(1)
    m, v = torch.addmm(b3, h, w3).chunk(2, 1)
    d = F.relu(torch.addmm(b4, m + torch.exp(v / 2) * e, w4)).view(256, 64, 7, 7)
    y = F.conv_transpose2d(F.relu(F.conv_transpose2d(d, w5, b5, 2, 1, 1)), w6, b6, 2, 1, 1)
    l = F.binary_cross_entropy_with_logits(y, x, reduction="sum") + 0.5 * (m**2 + v.exp() - v - 1).sum()
    torch.autograd.grad(l / 256, p)
for i in range(steps + 5):
    a, c = time.perf_counter(), time.process_time(); step()
    if i >= 5: out.append({"wall": (time.perf_counter() - a) * 1e3, "cpu": (time.process_time() - c) * 1e3})
print(json.dumps(out))
`;

function torch(threads) {
  const env = { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' };
  const { status, stdout } = spawnSync(
    process.env.PYTHON ?? '/usr/bin/python3',
    ['-c', script, threads, steps].map(String),
    {
      env,
      encoding: 'utf8',
    },
  );
  return status === 0 ? JSON.parse(stdout) : undefined;
}

const median = (times, key) => times.map((t) => t[key]).sort((a, b) => a - b)[times.length >> 1];

for (const threads of [1, 2]) {
  const results = { portolan: await portolan(threads), torch: torch(threads) };
  for (const [name, times] of Object.entries(results)) {
    if (!times) console.log(`${name}: not installed`);
    else {
      const [wall, cpu] = [median(times, 'wall'), median(times, 'cpu')];
      const rate = ((batch / wall) * 1000).toFixed(0);
      console.log(
        `${threads} threads  ${name.padEnd(9)} ${wall.toFixed(1)} ms, ${cpu.toFixed(1)} CPU ms, ${rate} images/s`,
      );
    }
  }
}
