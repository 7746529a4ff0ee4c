"""Exact nearest neighbours in float64, kept beside the data, so that everything is judged by the same ones."""
import os
import pathlib

for name in ('OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE'):
    os.environ.pop(name, None)

import numpy as np  # noqa: E402  (OpenBLAS reads its settings when it is loaded)

BLOCK = 2**26  # distances at once


def neighbors(file, k=91, queries=None):
    """
    The k nearest rows of each row but itself: indices [m, k] and squared distances [m, k] in float64.
    Candidates are found by float32 products and ordered by float64 differences. `queries`: how many rows, drawn once
    and for all; all when left out; the third of what is returned are their numbers.
    """
    file = pathlib.Path(file)
    kept = file.with_name(f'{file.stem}.nn{k}{"" if queries is None else f".q{queries}"}.npz')
    if kept.exists() and kept.stat().st_mtime > file.stat().st_mtime:
        with np.load(kept) as found:
            return found['indices'], found['squared'], found['rows']
    x = np.load(file)
    n = len(x)
    rows = np.arange(n) if queries is None else sample(n, queries)
    centred = x - x.mean(axis=0)
    norms = np.einsum('ij,ij->i', centred, centred)
    spare = min(n - 1, k + 30)
    block = max(1, min(512, BLOCK // n))
    indices, squared = np.empty((len(rows), k), np.int32), np.empty((len(rows), k))
    for at in range(0, len(rows), block):
        mine = rows[at:at + block]
        near = norms - 2 * centred[mine] @ centred.T
        near[np.arange(len(mine)), mine] = np.inf
        candidates = np.argpartition(near, spare - 1, axis=1)[:, :spare]
        for i, (row, those) in enumerate(zip(mine, candidates)):
            those = np.sort(those)
            d = ((x[those].astype(np.float64) - x[row]) ** 2).sum(axis=1)
            order = np.argsort(d, kind='stable')[:k]
            indices[at + i], squared[at + i] = those[order], d[order]
    temporary = kept.with_suffix(f'.{os.getpid()}.npz')
    np.savez(temporary, indices=indices, squared=squared, rows=rows)
    temporary.replace(kept)
    return indices, squared, rows


def sample(n, size, seed=20_000):
    """Row numbers, ascending; all of them when there are no more."""
    if size >= n:
        return np.arange(n)
    return np.sort(np.random.RandomState(seed).permutation(n)[:size])


def recall(found, exact):
    """Share of the exact neighbours that were found, mean over rows: [m, k] and [m, k]."""
    k = exact.shape[1]
    both = np.concatenate([found, exact], axis=1)
    both.sort(axis=1)
    return float((both[:, 1:] == both[:, :-1]).sum() / (k * len(exact)))
