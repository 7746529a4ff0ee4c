"""Writes golden.json: ICA, factor analysis, NMF, kernel PCA and LDA by scikit-learn. Run: python3 golden.py"""
import json, pathlib, warnings
import numpy as np
import sklearn
from sklearn.decomposition import FactorAnalysis, FastICA, KernelPCA, NMF
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

warnings.filterwarnings("ignore")
rng = np.random.default_rng(0)
flat = lambda a: [float(f"{v:.9g}") for v in np.asarray(a, dtype=np.float64).reshape(-1)]
single = lambda a: np.asarray(a, dtype=np.float32).astype(np.float64)

# mixtures of a saw, a square wave and Laplace noise
t = np.arange(160) / 160
sources = np.c_[(t * 7) % 1 - 0.5, np.sign(np.sin(2 * np.pi * 5 * t)), 0.6 * rng.laplace(size=160)]
mixed = single(sources @ rng.standard_normal((3, 4)) + [5, 0, -2, 1] + 0.01 * rng.standard_normal((160, 4)))
ica = FastICA(n_components=3, whiten="unit-variance", fun="logcosh", tol=1e-12, max_iter=2000, random_state=0)

# two factors behind six columns of different units
scores = rng.standard_normal((150, 2))
loadings = rng.standard_normal((2, 6)) * [1, 1, 1, 3, 3, 10]
factors = single(scores @ loadings + rng.standard_normal((150, 6)) * [0.5, 1, 0.7, 2, 1, 8] + [0, 1, 2, 3, 4, 5])
fa = FactorAnalysis(n_components=2, tol=1e-12, max_iter=100_000).fit(factors)

# three parts that overlap
parts = np.array([[1, 2, 3, 0, 0, 0, 1, 0], [0, 0, 1, 2, 1, 0, 0, 2], [2, 0, 0, 0, 1, 3, 1, 0]], dtype=float)
amounts = rng.gamma(0.7, size=(60, 3))
counts = single(np.maximum(0, amounts @ parts + 0.1 * rng.standard_normal((60, 8))))
nmf = NMF(n_components=3, init="nndsvd", solver="cd", tol=1e-12, max_iter=20_000)
codes = nmf.fit_transform(counts)

# two rings
angle = rng.uniform(0, 2 * np.pi, 90)
rings = np.c_[np.cos(angle), np.sin(angle)] * np.where(np.arange(90) % 2, 1, 3)[:, None] + 0.1 * rng.standard_normal((90, 2))
rings = single((rings - rings.mean(0)) / rings.std(0))
kernels = {
    "rbf": KernelPCA(2, kernel="rbf", gamma=0.8),
    "poly": KernelPCA(2, kernel="poly", gamma=0.5, degree=3, coef0=1),
    "cosine": KernelPCA(1, kernel="cosine"),
}

# four classes in five columns
labels = np.arange(120) % 4
centres = 1.5 * rng.standard_normal((4, 5)) * [1, 1, 10, 0.1, 1]
classes = single(centres[labels] + rng.standard_normal((120, 5)) * [1, 2, 10, 0.1, 3])
lda = LinearDiscriminantAnalysis(solver="eigen", n_components=3).fit(classes, labels)

golden = {
    "tool": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    "ica": {"x": flat(mixed), "z": flat(ica.fit_transform(mixed))},
    "factorAnalysis": {"x": flat(factors), "z": flat(fa.transform(factors)), "logLikelihood": float(fa.score(factors))},
    "nmf": {"x": flat(counts), "z": flat(codes), "parts": flat(nmf.components_), "mse": float(np.mean((counts - codes @ nmf.components_) ** 2))},
    "kernelPca": {"x": flat(rings), **{name: flat(model.fit_transform(rings)) for name, model in kernels.items()}},
    "lda": {"x": flat(classes), "z": flat(lda.transform(classes))},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
