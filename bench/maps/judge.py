"""
The one judge of every map, whoever made it:

    python3 bench/maps/judge.py data.npy coords.npy [labels.npy] [--kl 30]

prints one JSON object:
  trustworthiness  scikit-learn's, 15 neighbours, on a fixed sample of 5,000 rows
  neighborRecall   share of a row's 15 nearest of all rows that are among its 15 nearest on the map; mean over all
                   rows, or over 10,000 where there are more than 200,000
  triplets         share of random triplets whose order of distances the map keeps, five a row (Wang et al. 2021)
  labelAccuracy    of the 15 nearest on the map, the row itself left out; only with labels
  kl               with --kl PERPLEXITY: Kullback–Leibler divergence in nats of t-SNE's P (Gaussians over the exact
                   3 × perplexity + 1 nearest, as scikit-learn has it) from Q over all pairs, in float64

Several coords.npy may be given by --also; then one line is printed for each.
"""
import argparse
import json
import sys

from exact import neighbors, recall, sample
import numpy as np
from sklearn.manifold import trustworthiness
from sklearn.neighbors import KDTree

K = 15
TRUST_ROWS = 5000
MANY, QUERIES = 200_000, 10_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data')
    parser.add_argument('coords')
    parser.add_argument('labels', nargs='?')
    parser.add_argument('--also', nargs='*', default=[])
    parser.add_argument('--kl', type=float, metavar='PERPLEXITY')
    args = parser.parse_args()
    x = np.load(args.data, mmap_mode='r')
    labels = np.load(args.labels) if args.labels else None
    p = affinities(args.data, args.kl) if args.kl else None
    for file in [args.coords, *args.also]:
        y = np.load(file).astype(np.float64)
        if len(y) != len(x):
            sys.exit(f'{file} has {len(y)} rows, the data {len(x)}')
        if not np.isfinite(y).all():
            sys.exit(f'{file} has places that are no finite numbers')
        print(json.dumps(judge(args.data, x, y, labels, p)), flush=True)


def judge(file, x, y, labels, p):
    n = len(x)
    exact, _, rows = neighbors(file, queries=QUERIES if n > MANY else None)
    near = on_map(y, rows)
    some = sample(n, TRUST_ROWS)
    figures = {
        'trustworthiness': float(trustworthiness(np.asarray(x[some]), y[some], n_neighbors=K)),
        'neighborRecall': recall(near, exact[:, :K]),
        'triplets': triplets(x, y),
    }
    if labels is not None:
        figures['labelAccuracy'] = accuracy(labels[near], labels[rows])
    if p is not None:
        figures['kl'] = divergence(p, y)
    return figures


def triplets(x, y, each=5):
    rng = np.random.default_rng(0)
    rows = np.repeat(np.arange(len(x)), each)
    some = rows if len(rows) <= 100_000 else np.sort(rng.choice(rows, 100_000, replace=False))
    one, other = ((some + 1 + rng.integers(len(x) - 1, size=len(some))) % len(x) for _ in range(2))

    def nearer(z):
        def far(a, b):
            return ((np.asarray(z[a], dtype=np.float64) - z[b]) ** 2).sum(axis=1)
        return far(some, one) < far(some, other)
    return float((nearer(x) == nearer(y))[one != other].mean())


def on_map(y, rows):
    """The 15 nearest on the map of each of the rows, without itself: [m, 15]."""
    near = KDTree(y).query(y[rows], K + 1, return_distance=True)[1]
    itself = near == rows[:, None]
    itself[~itself.any(axis=1), -1] = True  # among more than 15 in one place, it need not be its own nearest
    return near[~itself].reshape(len(rows), K).astype(np.int32)


def accuracy(votes, truth):
    """Of equally many votes the smaller label's count."""
    classes = int(truth.max()) + 1
    counts = np.stack([(votes == c).sum(axis=1) for c in range(classes)], axis=1)
    return float((counts.argmax(axis=1) == truth).mean())


def affinities(file, perplexity):
    """t-SNE's P as (i, j, p) of the pairs i < j that are not zero; all p over i ≠ j sum to 1, these to a half."""
    k = int(3 * perplexity + 1)
    indices, squared, rows = neighbors(file, k)
    n = len(rows)
    from_nearest = squared - squared[:, :1]
    low, high = np.zeros(n), np.full(n, np.inf)
    beta = 1 / np.maximum(from_nearest.mean(axis=1), 1e-300)
    target = np.log(perplexity)
    for _ in range(100):
        p = np.exp(-beta[:, None] * from_nearest)
        total = p.sum(axis=1)
        entropy = np.log(total) + beta * (p * from_nearest).sum(axis=1) / total
        flat = entropy > target
        low, high = np.where(flat, beta, low), np.where(flat, high, beta)
        beta = np.where(np.isinf(high), beta * 2, (low + np.where(np.isinf(high), 0, high)) / 2)
    p /= total[:, None]
    from scipy.sparse import csr_matrix, triu
    one_way = csr_matrix((p.ravel(), indices.ravel(), np.arange(0, n * k + 1, k)), shape=(n, n))
    both = triu(one_way + one_way.T, 1).tocoo()
    return both.row, both.col, both.data / (2 * n)


def divergence(p, y, block=256):
    i, j, p = p
    normaliser = 0.0
    columns = [np.ascontiguousarray(column) for column in y.T]
    for at in range(0, len(y), block):
        squared = sum((c[at:at + block, None] - c) ** 2 for c in columns)
        squared += 1
        np.reciprocal(squared, out=squared)
        normaliser += squared.sum()
    normaliser -= len(y)  # the pairs of a row with itself
    log_q = -np.log1p(((y[i] - y[j]) ** 2).sum(axis=1)) - np.log(normaliser)
    return float(2 * (p * (np.log(np.maximum(p, 1e-300)) - log_q)).sum())


if __name__ == '__main__':
    main()
