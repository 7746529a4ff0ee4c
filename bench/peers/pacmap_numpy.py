"""
PaCMAP as its paper writes it (Wang, Huang, Rudin & Shaposhnik 2021, section 5 and appendix), in plain numpy: a reference
for quality, not for speed. pacmap_numpy.py data.npy --seed 0 --out coords.npy

  pairs    10 neighbours by the scaled distance d²ᵢⱼ / (σᵢ σⱼ) of 60 candidates, σᵢ the mean distance of the fourth to sixth;
           5 mid-near pairs, each the second nearest of 6 at random; 20 further pairs at random
  loss     Σ w_nb d / (10 + d) + w_mn d / (10000 + d) + w_fp / (1 + d), d = 1 + |yᵢ − yⱼ|²
  weights  100 iterations (2, 1000 → 3, 1), 100 of (3, 3, 1), 250 of (1, 0, 1)
  start    0.01 × the first two principal components; Adam with rate 1

Wide data are first taken to 100 principal components, as in the authors' program.
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument('data')
parser.add_argument('--out')
parser.add_argument('--seed', type=int, default=0)
args = parser.parse_args()

import numpy as np  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.neighbors import NearestNeighbors  # noqa: E402

NEIGHBORS, MID_NEAR, FURTHER, EXTRA, DRAWN = 10, 5, 20, 50, 6
PHASES = (100, 100, 250)
WIDE = 100


def neighbor_pairs(x):
    far, near = NearestNeighbors(n_neighbors=NEIGHBORS + EXTRA + 1).fit(x).kneighbors(x)
    far, near = far[:, 1:], near[:, 1:]
    sigma = np.maximum(far[:, 3:6].mean(axis=1), 1e-10)
    scaled = far ** 2 / sigma[:, None] / sigma[near]
    chosen = np.argsort(scaled, axis=1, kind='stable')[:, :NEIGHBORS]
    return np.take_along_axis(near, chosen, axis=1)


def mid_near_pairs(x, rng):
    n = len(x)
    out = np.empty((n, MID_NEAR), dtype=np.int64)
    for p in range(MID_NEAR):
        drawn = (np.arange(n)[:, None] + 1 + rng.integers(n - 1, size=(n, DRAWN))) % n
        far = np.stack([((x - x[drawn[:, c]]) ** 2).sum(axis=1) for c in range(DRAWN)], axis=1)
        out[:, p] = drawn[np.arange(n), np.argsort(far, axis=1)[:, 1]]
    return out


def further_pairs(near, rng):
    n = len(near)
    out = (np.arange(n)[:, None] + 1 + rng.integers(n - 1, size=(n, FURTHER))) % n
    while True:
        wrong = (out[:, :, None] == near[:, None, :]).any(axis=2)
        if not wrong.any():
            return out
        rows = np.nonzero(wrong)[0]
        out[wrong] = (rows + 1 + rng.integers(n - 1, size=len(rows))) % n


def weights(iteration):
    if iteration < PHASES[0]:
        share = iteration / PHASES[0]
        return 2, 1000 * (1 - share) + 3 * share, 1
    return (3, 3, 1) if iteration < PHASES[0] + PHASES[1] else (1, 0, 1)


def gradient(y, kinds, of):
    total = np.zeros_like(y)
    for (i, j), weight, pull in zip(kinds, of, (10, 10000, None)):
        if weight == 0:
            continue
        apart = y[i] - y[j]
        d = 1 + (apart ** 2).sum(axis=1)
        slope = -2 / (1 + d) ** 2 if pull is None else 2 * pull / (pull + d) ** 2
        force = (weight * slope)[:, None] * apart
        for c in range(y.shape[1]):
            total[:, c] += np.bincount(i, force[:, c], len(y)) - np.bincount(j, force[:, c], len(y))
    return total


def pacmap(x, seed):
    rng = np.random.default_rng(seed)
    if x.shape[1] > WIDE:
        x = PCA(WIDE, random_state=seed).fit_transform(x - x.mean(axis=0))
    near = neighbor_pairs(x)
    pairs = [near, mid_near_pairs(x, rng), further_pairs(near, rng)]
    kinds = [(np.repeat(np.arange(len(x)), p.shape[1]), p.ravel()) for p in pairs]
    y = 0.01 * PCA(2, random_state=seed).fit_transform(x)
    m, v = np.zeros_like(y), np.zeros_like(y)
    for iteration in range(sum(PHASES)):
        g = gradient(y, kinds, weights(iteration))
        m += 0.1 * (g - m)
        v += 0.001 * (g ** 2 - v)
        rate = np.sqrt(1 - 0.999 ** (iteration + 1)) / (1 - 0.9 ** (iteration + 1))
        y -= rate * m / (np.sqrt(v) + 1e-7)
    return y


x = np.load(args.data).astype(np.float64)
wall, cpu = time.perf_counter(), time.process_time()
y = pacmap(x, args.seed)
figures = {'seconds': time.perf_counter() - wall, 'cpuSeconds': time.process_time() - cpu}
if args.out:
    np.save(args.out, y.astype(np.float32))
print(json.dumps({**figures, 'peer': f'PaCMAP by its equations, numpy {np.__version__}', 'seed': args.seed}))
