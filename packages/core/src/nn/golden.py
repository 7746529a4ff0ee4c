"""Writes golden.json: losses with their gradients, and optimisers' paths, by PyTorch. Run: python3 golden.py"""
import json, math, pathlib
import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
rng = np.random.default_rng(0)
single = lambda *shape: rng.standard_normal(shape).astype(np.float32)
flat = lambda t: [float(v) for v in t.detach().reshape(-1)]


def loss_case(name, inputs, loss):
    tensors = {key: torch.tensor(value, requires_grad=key != "x") for key, value in inputs.items()}
    value = loss(**tensors)
    value.backward()
    return {
        "name": name,
        "inputs": {key: {"shape": list(t.shape), "values": flat(t)} for key, t in tensors.items()},
        "loss": float(value),
        "gradients": {key: flat(t.grad) for key, t in tensors.items() if t.grad is not None},
    }


def per_row(x):
    return x.reshape(len(x), -1).sum(1).mean()


losses = [
    loss_case("squaredError", {"xHat": single(4, 5), "x": single(4, 5)}, lambda xHat, x: F.mse_loss(xHat, x)),
    loss_case(
        "bernoulli",
        {"logits": 3 * single(4, 5), "x": rng.random((4, 5)).astype(np.float32)},
        lambda logits, x: F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x),
    ),
    loss_case(
        "gaussianLikelihood",
        {"xMean": single(4, 5), "logVar": single(4, 5), "x": single(4, 5)},
        lambda xMean, logVar, x: per_row(F.gaussian_nll_loss(xMean, x, logVar.exp(), full=True, reduction="none")),
    ),
    loss_case(
        "crossEntropy",
        {"logits": 3 * single(4, 5), "x": np.eye(5, dtype=np.float32)[[1, 4, 0, 1]]},
        lambda logits, x: F.cross_entropy(logits, x.argmax(1)),
    ),
    loss_case(
        "gaussianKl",
        {"zMean": single(4, 3), "logVar": single(4, 3)},
        lambda zMean, logVar: per_row(
            torch.distributions.kl_divergence(
                torch.distributions.Normal(zMean, (0.5 * logVar).exp()), torch.distributions.Normal(0.0, 1.0)
            )
        ),
    ),
]

# logistic regression on twelve rows, the whole data in every batch
rows, weights, target = single(12, 3), single(3), (rng.random(12) > 0.5).astype(np.float32)
x, y = torch.tensor(rows), torch.tensor(target)
ITERATIONS = 30


def path(make, clip=None, rate=lambda i: 1.0):
    w = torch.tensor(weights, requires_grad=True)
    optimiser = make([w])
    base = optimiser.param_groups[0]["lr"]
    steps = []
    for i in range(ITERATIONS):
        optimiser.param_groups[0]["lr"] = base * rate(i)
        optimiser.zero_grad()
        (F.binary_cross_entropy_with_logits(x @ w, y, reduction="sum") / 12).backward()
        if clip:
            torch.nn.utils.clip_grad_norm_([w], clip)
        optimiser.step()
        steps.append(flat(w))
    return steps


optim = torch.optim
paths = {
    "sgd": path(lambda p: optim.SGD(p, lr=0.1)),
    "momentum": path(lambda p: optim.SGD(p, lr=0.1, momentum=0.9)),
    "adam": path(lambda p: optim.Adam(p, lr=0.05)),
    "adamw": path(lambda p: optim.AdamW(p, lr=0.05, weight_decay=0.1)),
    "clipped": path(lambda p: optim.SGD(p, lr=0.1, momentum=0.9), clip=0.05),
    "adamClipped": path(lambda p: optim.Adam(p, lr=0.05), clip=0.05),
    "cosine": path(lambda p: optim.Adam(p, lr=0.05), rate=lambda i: 0.5 * (1 + math.cos(math.pi * i / ITERATIONS))),
}
golden = {
    "tool": f"PyTorch {torch.__version__}",
    "losses": losses,
    "logistic": {"rows": flat(x), "target": flat(y), "weights": [float(v) for v in weights], "paths": paths},
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
