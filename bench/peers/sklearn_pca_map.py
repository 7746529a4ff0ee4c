"""PCA to two dimensions by scikit-learn's randomised solver: sklearn_pca_map.py data.npy --seed 0 --out coords.npy"""
import argparse
import json
import time

import numpy as np
import sklearn
from sklearn.decomposition import PCA

parser = argparse.ArgumentParser()
parser.add_argument('data')
parser.add_argument('--out')
parser.add_argument('--seed', type=int, default=0)
args = parser.parse_args()

x = np.load(args.data)
PCA(2, svd_solver='randomized', random_state=args.seed).fit(x[:600])
wall, cpu = time.perf_counter(), time.process_time()
y = PCA(2, svd_solver='randomized', random_state=args.seed).fit_transform(x)
figures = {'seconds': time.perf_counter() - wall, 'cpuSeconds': time.process_time() - cpu}
if args.out:
    np.save(args.out, y.astype(np.float32))
print(json.dumps({**figures, 'peer': f'scikit-learn {sklearn.__version__}', 'seed': args.seed}))
