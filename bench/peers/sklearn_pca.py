"""PCA of the digits to 50 dimensions by scikit-learn's randomised solver."""
import json
import pathlib
import gzip
import time

import numpy as np
import sklearn
from sklearn.decomposition import PCA

root = pathlib.Path(__file__).resolve().parents[2]
with gzip.open(root / 'packs/digits/rows.npy.gz') as file:
    x = np.load(file)
x = x.reshape(len(x), -1).astype(np.float32) / 255
PCA(50, svd_solver='randomized', random_state=0).fit(x[:600])
wall, cpu = time.perf_counter(), time.process_time()
pca = PCA(50, svd_solver='randomized', random_state=0).fit(x)
print(json.dumps({
    'seconds': time.perf_counter() - wall,
    'cpuSeconds': time.process_time() - cpu,
    'explained': float(pca.explained_variance_ratio_.sum()),
    'peer': f'scikit-learn {sklearn.__version__}',
}))
