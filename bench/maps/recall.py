"""
The one judge of neighbours: python3 bench/maps/recall.py data.npy indices.npy… prints for each file the share of the
exact 15 nearest that it holds, as one JSON list. Rows of indices are those of the data, or, in a file of 10,000 rows,
the fixed sample that `exact.sample` draws.
"""
import json
import sys

from exact import neighbors, recall
import numpy as np

QUERIES = 10_000

data, *files = sys.argv[1:]
n = len(np.load(data, mmap_mode='r'))
exact, _, rows = neighbors(data, queries=QUERIES if n > 200_000 else None)
figures = []
for file in files:
    found = np.load(file).astype(np.int32)
    k = found.shape[1]
    figures.append(recall(found if len(found) == len(rows) else found[rows], exact[:, :k]))
print(json.dumps(figures))
