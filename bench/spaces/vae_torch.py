"""The VAE family in PyTorch, from the first weights, mini-batches and noise that `vae-learn.mjs --record` wrote.

python3 vae_torch.py METHOD FOLDER --threads 1: losses of every iteration and the time they took, as one line of JSON.
With --draw the noise is drawn in the loop, as in real training, and not that of the folder.
"""
import argparse
import json
import math
import pathlib
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument('method')
parser.add_argument('folder', type=pathlib.Path)
parser.add_argument('--threads', type=int, default=1)
parser.add_argument('--draw', action='store_true')
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.set_num_interop_threads(1)
torch.set_flush_denormal(True)
about = json.loads((args.folder / 'about.json').read_text())
read = lambda name: torch.from_numpy(np.fromfile(args.folder / name, dtype=np.float32))
first = {name: read(f'parameter.{name}.f32').reshape(shape) for name, shape in about['parameters'].items()}
batches = {name: read(f'batch.{name}.f32').reshape(-1, *shape) for name, shape in about['inputs'].items()}
HIDDEN, LATENT, CODES, CODE_DIM = [512, 128, 64], 16, 64, 4


class Linear(nn.Linear):
    """A layer that begins with recorded weights."""

    def __init__(self, name):
        weight = first[f'{name}.weight']
        super().__init__(weight.shape[0], weight.shape[1])
        with torch.no_grad():
            self.weight.copy_(weight.T)
            self.bias.copy_(first[f'{name}.bias'])


class Network(nn.Module):
    def __init__(self, heads):
        super().__init__()
        stack = lambda side: [part for i in range(3) for part in (Linear(f'{side}.{i}'), nn.ReLU(inplace=True))]
        self.encoder = nn.Sequential(*stack('encoder'))
        self.heads = nn.ModuleDict({head: Linear(f'encoder.{head}') for head in heads})
        self.decoder = nn.Sequential(*stack('decoder'), Linear('decoder.out'))


def bernoulli(logits, x):
    return F.binary_cross_entropy_with_logits(logits, x, reduction='none').sum(-1)


def vae(beta):
    net = Network(['mean', 'logVar'])

    def loss(x, epsilon):
        h = net.encoder(x)
        mean, log_var = net.heads['mean'](h), net.heads['logVar'](h).clamp(-20, 20)
        z = mean + epsilon * torch.exp(0.5 * log_var)
        kl = 0.5 * (mean.square() + log_var.exp() - log_var - 1).sum(1).mean()
        return bernoulli(net.decoder(z), x).mean() + beta * kl

    return net, loss


def iwae():
    net = Network(['mean', 'logVar'])

    def loss(x, epsilon):  # epsilon [batch, samples, latent]
        h = net.encoder(x)
        mean, log_var = net.heads['mean'](h)[:, None], net.heads['logVar'](h).clamp(-20, 20)[:, None]
        z = mean + epsilon * torch.exp(0.5 * log_var)
        gap = 0.5 * (z.square() - epsilon.square() - log_var).sum(2)
        error = bernoulli(net.decoder(z), x[:, None].expand(-1, z.shape[1], -1))
        return (math.log(z.shape[1]) - torch.logsumexp(-error - gap, 1)).mean()

    return net, loss


def kernel(a, b):
    squares = ((a * a).sum(1, keepdim=True) - 2 * a @ b.T + (b * b).sum(1)).clamp_min(0)
    scales = [2 * LATENT * s for s in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)]
    return sum(c / (c + squares) for c in scales) / len(scales)


def wae():
    net = Network(['code'])

    def loss(x, prior):
        z = net.heads['code'](net.encoder(x))
        n = len(z)
        within = lambda t: (kernel(t, t).sum() - n) / (n * (n - 1))
        mmd = within(z) + within(prior) - 2 * kernel(z, prior).mean()
        return bernoulli(net.decoder(z), x).mean() + 1000 * mmd

    return net, loss


def vq_vae(decay=0.95, commitment=0.25):
    net = Network(['code'])
    vectors, shares = first['encoder.codebook.vectors'].clone(), first['encoder.codebook.shares'].clone()

    def loss(x):
        h = net.heads['code'](net.encoder(x))
        with torch.no_grad():
            parts = h.reshape(-1, CODE_DIM)
            squares = (parts * parts).sum(1, keepdim=True) - 2 * parts @ vectors.T + (vectors * vectors).sum(1)
            chosen = squares.argmin(1)
            z = vectors[chosen].reshape(h.shape)
            hits = F.one_hot(chosen, CODES).float()
            now = hits.mean(0)
            kept = decay * shares + (1 - decay) * now
            dead = kept < 0.1 / CODES
            sums = hits.T @ parts / len(parts)
            moved = (vectors * (decay * shares)[:, None] + (1 - decay) * sums) / kept.clamp_min(1e-12)[:, None]
            vectors.copy_(torch.where(dead[:, None], parts[:CODES], moved))
            shares.copy_(torch.where(dead, torch.tensor(1 / CODES), kept))
        error = bernoulli(net.decoder(h + (z - h).detach()), x).mean()
        return error + commitment * (h - z).square().sum(1).mean()

    return net, loss


net, loss_of = {'vae': lambda: vae(1), 'betaVae': lambda: vae(4), 'wae': wae, 'iwae': iwae, 'vqVae': vq_vae}[args.method]()
optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
names = ['x', *[name for name in ('epsilon', 'prior') if name in batches]]
iterations, size = len(about['losses']), batches['x'].shape[1]
flat = {name: batches[name].flatten(0, 1) for name in names}
torch.manual_seed(0)


def part(name, rows):
    """Rows are taken by index, as they would be from data."""
    if args.draw and name != 'x':
        return torch.randn(size, *batches[name].shape[2:])
    return flat[name][rows]


losses = []
for i in range(iterations):
    if i == 10:  # as the other side: the first ten warm up
        wall, cpu = time.perf_counter(), time.process_time()
    rows = torch.arange(i * size, (i + 1) * size)
    loss = loss_of(*(part(name, rows) for name in names))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    losses.append(loss.detach())
seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
samples = (iterations - 10) * size
print(json.dumps({
    'peer': f'PyTorch {torch.__version__}', 'seconds': seconds, 'cpuSeconds': cpu_seconds, 'samples': samples,
    'samplesPerSecond': samples / seconds, 'losses': [float(v) for v in losses],
}))
