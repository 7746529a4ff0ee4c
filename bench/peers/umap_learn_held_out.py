"""umap-learn fitted to the first nine tenths of the rows, the others placed: umap_learn_held_out.py data.npy --seed 0 --out coords.npy"""
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
n = len(x) * 9 // 10
fitted = umap.UMAP(random_state=args.seed).fit(x[:n])
fitted.transform(x[:100])  # compiles
wall, cpu = time.perf_counter(), time.process_time()
placed = fitted.transform(x[n:])
figures = {'seconds': time.perf_counter() - wall, 'cpuSeconds': time.process_time() - cpu}
if args.out:
    np.save(args.out, np.concatenate([fitted.embedding_, placed]).astype(np.float32))
print(json.dumps({**figures, 'peer': f'umap-learn {umap.__version__}', 'fitted': n}))
