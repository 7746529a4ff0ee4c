"""
The 15 nearest neighbours of every row by a Python peer, which is built and asked in one process, its own compilation
not counted: neighbors.py METHOD data.npy --out indices.npy [--options JSON]. The options are the peer's own.
"""
import argparse
import json
import os
import time

import numpy as np

K = 15
parser = argparse.ArgumentParser()
parser.add_argument('method', choices=['pynndescent', 'hnswlib', 'sklearn', 'faiss'])
parser.add_argument('data')
parser.add_argument('--out')
parser.add_argument('--options', type=json.loads, default={})
parser.add_argument('--threads', type=int, default=1)
parser.add_argument('--seed', type=int, default=0)
args = parser.parse_args()
# faiss and numba take their threads from the environment, before they are loaded
os.environ['OMP_NUM_THREADS'] = os.environ['NUMBA_NUM_THREADS'] = str(args.threads)
OPTIONS = args.options


def without_itself(indices):
    """[n, K + 1] → [n, K]: a row need not come first where others are equal to it."""
    itself = indices == np.arange(len(indices))[:, None]
    itself[~itself.any(axis=1), -1] = True
    surplus = itself.cumsum(axis=1) > 1
    itself &= ~surplus
    return indices[~itself].reshape(len(indices), -1)


def pynndescent(x):
    import pynndescent
    options = {'n_neighbors': K + 1, **OPTIONS}

    def find(rows):
        index = pynndescent.NNDescent(rows, random_state=args.seed, n_jobs=args.threads, **options)
        return index.neighbor_graph[0]
    find(x[:4500])
    return find, f'pynndescent {pynndescent.__version__}'


def hnswlib(x):
    import hnswlib
    import importlib.metadata
    options = {'M': 16, 'ef_construction': 200, 'ef': 50, **OPTIONS}

    def find(rows):
        index = hnswlib.Index(space='l2', dim=rows.shape[1])
        index.init_index(max_elements=len(rows), M=options['M'], ef_construction=options['ef_construction'],
                         random_seed=args.seed + 100)
        index.set_num_threads(args.threads)
        index.add_items(rows)
        index.set_ef(options['ef'])
        return index.knn_query(rows, k=K + 1)[0]
    return find, f'hnswlib {importlib.metadata.version("hnswlib")}'


def sklearn(x):
    import sklearn
    from sklearn.neighbors import NearestNeighbors

    def find(rows):
        jobs = {'n_jobs': OPTIONS['n_jobs']} if 'n_jobs' in OPTIONS else {}
        index = NearestNeighbors(n_neighbors=K, algorithm='brute', **jobs).fit(rows)
        return index.kneighbors(return_distance=False)
    find(x[:600])
    return find, f'scikit-learn {sklearn.__version__}'


def faiss(x):
    import faiss

    def find(rows):
        index = faiss.IndexFlatL2(rows.shape[1])
        index.add(rows)
        return index.search(rows, K + 1)[1]
    find(x[:600])
    return find, f'faiss {faiss.__version__}'


x = np.load(args.data)
find, peer = {'pynndescent': pynndescent, 'hnswlib': hnswlib, 'sklearn': sklearn, 'faiss': faiss}[args.method](x)
wall, cpu = time.perf_counter(), time.process_time()
indices = find(x)
figures = {'seconds': time.perf_counter() - wall, 'cpuSeconds': time.process_time() - cpu}
if args.out:
    if args.method != 'sklearn':
        indices = without_itself(np.asarray(indices, np.int64))
    np.save(args.out, indices[:, :K].astype(np.int32))
print(json.dumps({**figures, 'peer': peer, 'threads': args.threads, 'options': OPTIONS}))
