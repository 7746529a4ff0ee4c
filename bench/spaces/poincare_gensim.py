"""gensim's PoincareModel on the closure of a hierarchy; the vectors go to stdout's file as raw float64.

    poincare_gensim.py PAIRS.tsv DIM EPOCHS NEGATIVE ALPHA BURN_IN SEED OUT.f64
"""
import json
import sys
import time

import gensim
from gensim.models.poincare import PoincareModel

pairs, dim, epochs, negative, alpha, burn_in, seed, out = sys.argv[1:]
with open(pairs) as file:
    relations = [tuple(line.rstrip("\n").split("\t")) for line in file]
model = PoincareModel(
    relations, size=int(dim), negative=int(negative), alpha=float(alpha), burn_in=int(burn_in), seed=int(seed)
)
began = time.process_time()
model.train(epochs=int(epochs))
cpu = time.process_time() - began
model.kv.vectors.astype("<f8").tofile(out)
print(json.dumps({"cpu": cpu, "version": gensim.__version__, "nodes": list(model.kv.index_to_key)}))
