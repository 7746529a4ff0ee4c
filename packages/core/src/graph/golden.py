#!/usr/bin/env python3
"""Values and gradients of the cases in cases.fixture.ts by PyTorch, written to golden.json beside this script."""
import json
import pathlib

import torch
import torch.nn.functional as F

CASES = {}


def case(name, *shapes, low=-2.0, high=2.0):
    def keep(function):
        CASES[name] = (function, shapes, low, high)
        return function

    return keep


for name in ("neg", "exp", "abs", "erf", "relu", "sigmoid", "tanh"):
    case(name, (3, 5))(getattr(torch, name))
for name in ("gelu", "silu", "softplus"):
    case(name, (3, 5))(getattr(F, name))
for name in ("sqrt", "log"):
    case(name, (3, 5), low=0.5, high=3)(getattr(torch, name))
case("add", (3, 4), (4,))(torch.add)
case("sub", (3, 1), (1, 4))(torch.sub)
case("mul", (2, 3, 4), (3, 1))(torch.mul)
case("div", (3, 4), (3, 1), low=0.5, high=3)(torch.div)
case("pow", (3, 4), (4,), low=0.5, high=3)(torch.pow)
case("minimum", (3, 4), (3, 4))(torch.minimum)
case("maximum", (3, 4), (4,))(torch.maximum)
case("clip", (3, 5))(lambda x: x.clamp(-1.1, 0.77))
case("leakyRelu", (3, 5))(lambda x: F.leaky_relu(x, 0.2))
case("elu", (3, 5))(lambda x: F.elu(x, 1.3))
case("matmul", (3, 4), (4, 5))(torch.matmul)
case("matmul of stacks", (2, 3, 4), (2, 4, 5))(torch.matmul)
case("gemm", (3, 4), (4, 5), (5,))(lambda a, b, c: torch.addmm(c, a, b))
case("concat", (2, 3), (2, 1), (2, 2))(lambda *xs: torch.cat(xs, 1) ** 2)
case("slice by steps", (7, 5))(lambda x: (x**2)[1::3, ::2])
case("gather", (5, 3))(lambda x: (x**2)[torch.tensor([[4, 0], [4, 2]])])
case("sum of axes", (2, 3, 4))(lambda x: (x**2).sum((0, -1)))
case("mean", (2, 3, 4))(lambda x: (x**2).mean(1, keepdim=True))
case("max", (2, 3, 4))(lambda x: x.amax((1, 2)))
case("logSumExp", (3, 4))(lambda x: torch.logsumexp(x, 1))
case("softmax", (3, 4))(lambda x: F.softmax(x, -1))
case("logSoftmax", (3, 4))(lambda x: F.log_softmax(x, -1))
case("layerNorm", (3, 5), (5,), (5,))(lambda x, s, b: F.layer_norm(x, (5,), s, b))
case("batchNorm", (2, 3, 2, 2), (3,), (3,))(lambda x, s, b: F.batch_norm(x, None, None, s, b, training=True))
case("batchNorm at inference", (2, 3, 2, 2), (3,), (3,), (3,), (3,), low=0.5, high=3)(
    lambda x, s, b, m, v: (x - m.view(3, 1, 1)) / (v.view(3, 1, 1) + 1e-5).sqrt() * s.view(3, 1, 1) + b.view(3, 1, 1)
)
case("conv2d", (2, 3, 7, 6), (4, 3, 3, 3), (4,))(F.conv2d)
case("conv2d, stride 2", (2, 1, 6, 6), (3, 1, 3, 3), (3,))(lambda x, w, b: F.conv2d(x, w, b, 2, 1))
case("conv2d, dilated", (2, 3, 7, 6), (2, 3, 3, 2))(lambda x, w: F.conv2d(x, w, None, 1, 1, (2, 3)))
case("conv2d, groups", (2, 4, 5, 6), (6, 2, 3, 3), (6,))(lambda x, w, b: F.conv2d(x, w, b, 2, 1, 1, 2))
case("convTranspose2d", (2, 3, 4, 3), (3, 2, 3, 3), (2,))(F.conv_transpose2d)
case("convTranspose2d, stride 2", (2, 2, 4, 4), (2, 3, 3, 3), (3,))(
    lambda x, w, b: F.conv_transpose2d(x, w, b, 2, 1, 1)
)
case("convTranspose2d, groups, dilated, uneven", (1, 4, 3, 4), (4, 1, 2, 3))(
    lambda x, w: F.conv_transpose2d(x, w, None, (3, 2), 1, (1, 0), 2, 2)
)
case("averagePool2d, overlapping", (2, 2, 6, 5))(lambda x: F.avg_pool2d(x**2, 3, 2, 1))
case("maxPool2d, overlapping", (2, 2, 6, 5))(lambda x: F.max_pool2d(x, 3, 2, 1))
case("upsampleNearest2d", (2, 3, 2, 3))(lambda x: F.interpolate(x, scale_factor=(2, 3), mode="nearest") ** 2)


def values(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]}


def main():
    torch.manual_seed(0)
    out = {}
    for name, (function, shapes, low, high) in CASES.items():
        # two decimals: exact enough to write, and the same number when read again
        xs = [(torch.rand(s, dtype=torch.float64) * (high - low) + low).mul(100).round().div(100) for s in shapes]
        xs = [x.requires_grad_() for x in xs]
        y = function(*xs)
        cotangent = torch.rand(y.shape, dtype=torch.float64).mul(100).round().div(100)
        gradients = torch.autograd.grad(y, xs, cotangent)
        out[name] = {
            "inputs": [values(x) for x in xs],
            "cotangent": values(cotangent),
            "output": values(y),
            "gradients": [values(g) for g in gradients],
        }
    note = {"tool": "PyTorch", "version": torch.__version__, "seed": 0, "dtype": "float64", "tolerance": 1e-5}
    path = pathlib.Path(__file__).with_name("golden.json")
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in out.items())
    path.write_text(f'{{\n"note": {json.dumps(note)},\n"cases": {{\n{lines}\n}}\n}}\n')


if __name__ == "__main__":
    main()
