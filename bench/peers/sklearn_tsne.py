"""
scikit-learn's Barnes–Hut t-SNE with its defaults (perplexity 30, PCA start, automatic rate, 1,000 iterations):
sklearn_tsne.py data.npy --seed 0 --out coords.npy [--threads 1]
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
parser.add_argument('--threads', type=int, default=1)
args = parser.parse_args()
os.environ['OMP_NUM_THREADS'] = str(args.threads)
warnings.filterwarnings('ignore')

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn.manifold import TSNE  # noqa: E402

x = np.load(args.data)
wall, cpu = time.perf_counter(), time.process_time()
tsne = TSNE(perplexity=30, init='pca', learning_rate='auto', random_state=args.seed, n_jobs=args.threads)
y = tsne.fit_transform(x)
figures = {'seconds': time.perf_counter() - wall, 'cpuSeconds': time.process_time() - cpu}
if args.out:
    np.save(args.out, y.astype(np.float32))
print(json.dumps({**figures, 'peer': f'scikit-learn {sklearn.__version__}', 'seed': args.seed, 'klSaid': tsne.kl_divergence_}))
