"""Writes golden.json: regularisers with their gradients, by PyTorch. Run: python3 golden.py"""
import json, math, pathlib
import numpy as np
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

torch.set_num_threads(1)
rng = np.random.default_rng(1)
single = lambda *shape: rng.standard_normal(shape).astype(np.float32)
flat = lambda t: [float(v) for v in t.detach().reshape(-1)]
FIXED = {"prior", "direction", "x"}


def case(name, inputs, build):
    """`build` gives parts by name; the gradients are those of their weighted sum, weights 1, 2, 3."""
    tensors = {key: torch.tensor(value, requires_grad=key not in FIXED) for key, value in inputs.items()}
    parts = build(**tensors)
    sum((i + 1) * part for i, part in enumerate(parts.values())).backward()
    return {
        "name": name,
        "inputs": {key: {"shape": list(t.shape), "values": flat(t)} for key, t in tensors.items()},
        "parts": {key: float(part) for key, part in parts.items()},
        "gradients": {key: flat(t.grad) for key, t in tensors.items() if t.grad is not None},
    }


N = 50


def kl_parts(z, zMean, logVar):
    q = Normal(zMean, (logVar / 2).exp())
    pairs = Normal(zMean[None], (logVar / 2).exp()[None]).log_prob(z[:, None])  # [i, j, latent]
    count = math.log(N * len(z))
    log_q = torch.logsumexp(pairs.sum(2), 1) - count
    log_product = (torch.logsumexp(pairs, 1) - count).sum(1)
    log_prior = Normal(0.0, 1.0).log_prob(z).sum(1)
    return {
        "mutualInformation": (q.log_prob(z).sum(1) - log_q).mean(),
        "totalCorrelation": (log_q - log_product).mean(),
        "dimensionKl": (log_product - log_prior).mean(),
    }


def covariance_gap(zMean, logVar=None):
    c = torch.cov(zMean.T, correction=0)
    if logVar is not None:
        c = c + torch.diag(logVar.exp().mean(0))
    d = torch.diag(c)
    return {"offDiagonal": ((c - torch.diag(d)) ** 2).sum(), "diagonal": ((d - 1) ** 2).sum()}


def mmd(z, prior):
    def kernel(a, b):
        squares = ((a[:, None] - b[None]) ** 2).sum(2)
        each = [2 * z.shape[1] * s for s in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)]
        return sum(c / (c + squares) for c in each) / len(each)

    n = len(z)
    off = 1 - torch.eye(n)
    within = lambda a: (kernel(a, a) * off).sum() / (n * (n - 1))
    return {"mmd": within(z) + within(prior) - 2 * kernel(z, prior).mean()}


def slope(weight, x, direction):
    # the exact Jacobian of each row, along the direction
    rows = [torch.autograd.functional.jacobian(lambda v: torch.tanh(v @ weight), row, create_graph=True) for row in x]
    return {"slope": torch.stack([((direction[i] @ j) ** 2).sum() for i, j in enumerate(rows)]).mean()}


def sparsity(logits):
    used = torch.sigmoid(logits).mean(0)
    return {"sparsity": kl_divergence(Bernoulli(probs=torch.tensor(0.1)), Bernoulli(probs=used)).sum()}


def neighbor_gap(z, near):
    apart = ((z - near) ** 2).sum(1).mean()
    return {"neighbors": apart / (2 * z.var(0, unbiased=False).sum())}


cases = [
    case("klParts", {"z": single(6, 3), "zMean": single(6, 3), "logVar": single(6, 3)}, kl_parts),
    case("covarianceGap I", {"zMean": single(7, 4)}, covariance_gap),
    case("covarianceGap II", {"zMean": single(7, 4), "logVar": single(7, 4)}, covariance_gap),
    case("maximumMeanDiscrepancy", {"z": single(6, 3), "prior": single(6, 3)}, mmd),
    case("jacobianNorm", {"weight": single(4, 3), "x": single(5, 4), "direction": single(5, 3)}, slope),
    case("sparsityGap", {"logits": single(6, 4)}, sparsity),
    case("neighborGap", {"z": single(6, 3), "near": single(6, 3)}, neighbor_gap),
]
golden = {"tool": f"PyTorch {torch.__version__}", "cases": cases}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
