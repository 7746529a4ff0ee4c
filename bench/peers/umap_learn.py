"""
umap-learn with its defaults (15 neighbours, min_dist 0.1), seeded, which makes it run on one thread; its compilation is
not counted: umap_learn.py data.npy --seed 0 --out coords.npy
"""
import argparse
import json
import os
import time
import warnings

parser = argparse.ArgumentParser()
parser.add_argument('data')
parser.add_argument('--out')
parser.add_argument('--seed', type=int, default=0)
args = parser.parse_args()
os.environ['NUMBA_NUM_THREADS'] = '1'
warnings.filterwarnings('ignore')

import numpy as np  # noqa: E402
import umap  # noqa: E402

x = np.load(args.data)
# from 4,096 rows it finds neighbours as it does for many
umap.UMAP(random_state=args.seed, n_epochs=20).fit_transform(x[:4500])
wall, cpu = time.perf_counter(), time.process_time()
y = umap.UMAP(n_neighbors=15, min_dist=0.1, random_state=args.seed).fit_transform(x)
figures = {'seconds': time.perf_counter() - wall, 'cpuSeconds': time.process_time() - cpu}
if args.out:
    np.save(args.out, y.astype(np.float32))
print(json.dumps({**figures, 'peer': f'umap-learn {umap.__version__}', 'seed': args.seed}))
