"""The peer of ratings.mjs: implicit ALS and EASE as one writes them in numpy, NMF of scikit-learn.
ratings_numpy.py TABLE METHOD OPTIONS; TABLE is users, items, values as int32, one after the other."""
import json, sys, time
import numpy as np

path, method, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
users, items, values = np.fromfile(path, dtype=np.int32).reshape(3, -1)
n_users, n_items = users.max() + 1, items.max() + 1
dense = np.zeros((n_users, n_items))
dense[users, items] = values


def half(rows, y, alpha, ridge):
    gram = y.T @ y + ridge * np.eye(y.shape[1])
    out = np.empty((len(rows), y.shape[1]))
    for i, (places, amounts) in enumerate(rows):
        own, weights = y[places], alpha * amounts
        out[i] = np.linalg.solve(gram + (own * weights[:, None]).T @ own, own.T @ (1 + weights))
    return out


def als(latentDim, alpha, ridge, nIter, seed):
    rng = np.random.default_rng(seed)
    by_user = [(np.flatnonzero(row), row[row > 0]) for row in dense]
    by_item = [(np.flatnonzero(row), row[row > 0]) for row in dense.T]
    start = time.process_time()
    y = rng.standard_normal((n_items, latentDim)) / np.sqrt(latentDim)
    for _ in range(nIter):
        x = half(by_user, y, alpha, ridge)
        y = half(by_item, x, alpha, ridge)
    cpu = time.process_time() - start
    return {"cpu": cpu, "loss": float(np.mean((1 + alpha * dense) * ((dense > 0) - x @ y.T) ** 2))}


def ease(ridge):
    x = (dense > 0).astype(np.float64)
    start = time.process_time()
    p = np.linalg.inv(x.T @ x + ridge * np.eye(n_items))
    b = -p / np.diag(p)
    np.fill_diagonal(b, 0)
    return {"cpu": time.process_time() - start}


def nmf(latentDim):
    from sklearn.decomposition import NMF
    from scipy.sparse import csr_matrix

    x = csr_matrix(dense)
    start = time.process_time()
    NMF(latentDim, init="nndsvd", max_iter=200).fit(x)
    return {"cpu": time.process_time() - start}


print(json.dumps({"als": als, "ease": ease, "nmf": nmf}[method](**options)))
