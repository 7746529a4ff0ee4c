"""Writes golden.json: losses and penalties of two players with their gradients, by PyTorch. Run: python3 golden.py"""
import json, pathlib
import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
rng = np.random.default_rng(1)
single = lambda *shape: rng.standard_normal(shape).astype(np.float32)
flat = lambda t: [float(v) for v in t.detach().reshape(-1)]

real, fake = 2 * single(6, 1), 2 * single(6, 1)
losses = {
    "nonSaturating": (
        lambda d, f: F.binary_cross_entropy_with_logits(d, torch.ones_like(d))
        + F.binary_cross_entropy_with_logits(f, torch.zeros_like(f)),
        lambda f: F.binary_cross_entropy_with_logits(f, torch.ones_like(f)),
    ),
    "leastSquares": (
        lambda d, f: 0.5 * (F.mse_loss(d, torch.ones_like(d)) + F.mse_loss(f, torch.zeros_like(f))),
        lambda f: 0.5 * F.mse_loss(f, torch.ones_like(f)),
    ),
    "hinge": (lambda d, f: F.relu(1 - d).mean() + F.relu(1 + f).mean(), lambda f: -f.mean()),
    "wasserstein": (lambda d, f: f.mean() - d.mean(), lambda f: -f.mean()),
}


def loss_case(name):
    of_discriminator, of_generator = losses[name]
    d, f = (torch.tensor(v, requires_grad=True) for v in (real, fake))
    value = of_discriminator(d, f)
    gradients = [flat(g) for g in torch.autograd.grad(value, [d, f])]
    second = of_generator(f)
    return {
        "name": name,
        "discriminator": float(value),
        "generator": float(second),
        "gradients": [*gradients, flat(torch.autograd.grad(second, f)[0])],
    }


# a critic of one hidden layer; penalties are differentiated by its weights
x, y, share = single(5, 3), single(5, 3), rng.random((5, 1)).astype(np.float32)
weights = {"a": single(3, 4), "b": single(4), "c": single(4, 1)}


def penalty_case(name, penalty):
    w = {key: torch.tensor(value, requires_grad=True) for key, value in weights.items()}
    critic = lambda v: torch.tanh(v @ w["a"] + w["b"]) @ w["c"]
    value = penalty(critic)
    grads = torch.autograd.grad(value, list(w.values()), allow_unused=True)
    return {"name": name, "value": float(value), "gradients": {k: flat(g) for k, g in zip(w, grads)}}


def gradient_penalty(critic):
    s = torch.tensor(share)
    between = (s * torch.tensor(x) + (1 - s) * torch.tensor(y)).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return ((slope.norm(dim=1) - 1) ** 2).mean()


def r1(critic):
    at = torch.tensor(x).requires_grad_()
    (slope,) = torch.autograd.grad(critic(at).sum(), at, create_graph=True)
    return 0.5 * (slope**2).sum(1).mean()


# the gradient of Σ (w / σ(w)) · coefficients, σ by SVD
matrix, coefficients = single(5, 3), single(5, 3)
w = torch.tensor(matrix, requires_grad=True)
sigma = torch.linalg.svdvals(w)[0]
((w / sigma) * torch.tensor(coefficients)).sum().backward()
kernel = single(4, 2, 3, 3)

golden = {
    "tool": f"PyTorch {torch.__version__}",
    "real": flat(torch.tensor(real)),
    "fake": flat(torch.tensor(fake)),
    "losses": [loss_case(name) for name in losses],
    "critic": {k: {"shape": list(v.shape), "values": flat(torch.tensor(v))} for k, v in {**weights, "x": x, "y": y, "share": share}.items()},
    "penalties": [penalty_case("gradientPenalty", gradient_penalty), penalty_case("r1", r1)],
    "spectral": {
        "matrix": flat(torch.tensor(matrix)),
        "coefficients": flat(torch.tensor(coefficients)),
        "sigma": float(sigma),
        "gradient": flat(w.grad),
        "kernel": flat(torch.tensor(kernel)),
        "kernelSigma": float(torch.linalg.svdvals(torch.tensor(kernel).reshape(4, -1))[0]),
    },
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
