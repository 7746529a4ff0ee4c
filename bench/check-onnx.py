#!/usr/bin/env python3
"""Whether a learned space's models are what other tools take them for.

    portolan encode SPACE rows.npy --out codes.npy && portolan decode SPACE codes.npy --out decoded.npy
    python3 bench/check-onnx.py PROJECT/spaces/SPACE rows.npy codes.npy decoded.npy

Checks encoder.onnx and decoder.onnx by ONNX's own checker and strict shape inference, computes them anew, operation by
operation with PyTorch, and prints the greatest difference. Needs python3-onnx and python3-torch.
"""
import pathlib
import sys

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper, shape_inference


def gemm(a, b, c=None, *, transA=0, transB=0, alpha=1.0, beta=1.0):
    product = alpha * ((a.T if transA else a) @ (b.T if transB else b))
    return product if c is None else product + beta * c


def conv(x, w, b=None, *, pads, strides, dilations, group, **_):
    top, left, bottom, right = pads
    return F.conv2d(F.pad(x, (left, right, top, bottom)), w, b, strides, 0, dilations, group)


def conv_transpose(x, w, b=None, *, pads, strides, dilations, group, output_padding, **_):
    assert pads[:2] == pads[2:], "uneven pads"
    return F.conv_transpose2d(x, w, b, strides, pads[:2], output_padding, group, dilations)


def reshape(x, shape):
    return x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape.tolist())])


OPERATIONS = {
    "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div,
    "MatMul": torch.matmul, "Gemm": gemm, "Conv": conv, "ConvTranspose": conv_transpose,
    "Relu": torch.relu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh, "Erf": torch.erf,
    "LeakyRelu": lambda x, alpha=0.01: F.leaky_relu(x, alpha), "Elu": lambda x, alpha=1.0: F.elu(x, alpha),
    "Exp": torch.exp, "Log": torch.log, "Neg": torch.neg, "Abs": torch.abs,
    "Clip": torch.clamp, "Reshape": reshape, "Transpose": lambda x, perm: x.permute(perm),
}  # fmt: skip


def evaluate(model, x):
    values = {t.name: torch.tensor(numpy_helper.to_array(t).copy()) for t in model.graph.initializer}
    values[model.graph.input[0].name] = torch.tensor(x)
    for node in model.graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        inputs = [values[name] if name else None for name in node.input]
        values[node.output[0]] = OPERATIONS[node.op_type](*inputs, **attributes)
    return values[model.graph.output[0].name].numpy()


def check(path, x, expected):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    rows = x.reshape(len(x), -1).astype(np.float32)
    difference = np.abs(evaluate(model, rows) - expected.reshape(len(expected), -1)).max()
    print(f"{path.name}: valid, operator set {model.opset_import[0].version}, greatest difference {difference:.1e}")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    space = pathlib.Path(sys.argv[1])
    rows, codes, decoded = (np.load(name) for name in sys.argv[2:])
    check(space / "encoder.onnx", rows, codes)
    check(space / "decoder.onnx", codes, decoded)
