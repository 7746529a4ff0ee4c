"""The models that brought.test.ts loads, made elsewhere on purpose: PyTorch 1.13.0, scikit-learn 1.2.1, onnx 1.12.0.

    python3 packages/core/src/spaces/brought-models/make.py

Trained on the digits pack for a minute, small rather than good; golden.json keeps what the originals gave.
"""
import gzip
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).parent
OPSET = 13
torch.manual_seed(0)
torch.set_num_threads(1)
digits = np.load(gzip.open(HERE / '../../../../../packs/digits/rows.npy.gz')).reshape(-1, 28, 28)
bytes_ = torch.from_numpy(digits)
pixels = bytes_.float() / 255
golden = {'tools': f'torch {torch.__version__}, onnx {onnx.__version__}', 'wine': {}}


def export(model, args, name, inputs, outputs, axes=None):
    torch.onnx.export(model.eval(), args, HERE / name, input_names=inputs, output_names=outputs,
                      dynamic_axes=axes, opset_version=OPSET, do_constant_folding=True)


def train(step, parameters, epochs):
    optimizer = torch.optim.Adam(parameters, 3e-3)
    for _ in range(epochs):
        for batch in torch.randperm(len(pixels)).split(128):
            optimizer.zero_grad()
            step(batch).backward()
            optimizer.step()


class Encoder(nn.Module):
    """A VAE's; pixels in [-1, 1], [n, 1, 28, 28]. Gives a drawn code, its mean and log variance."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3, 2, 1), nn.Conv2d(4, 8, 3, 2, 1)
        self.mean, self.log_variance = nn.Linear(392, 2), nn.Linear(392, 2)

    def forward(self, x):
        h = F.relu(self.conv2(F.relu(self.conv1(x)))).flatten(1)
        mean, log_variance = self.mean(h), self.log_variance(h)
        return mean + torch.randn_like(mean) * (log_variance / 2).exp(), mean, log_variance


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 392)
        self.conv1, self.conv2 = nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ConvTranspose2d(4, 1, 4, 2, 1)

    def forward(self, z):
        h = F.relu(self.inner(z)).reshape(-1, 8, 7, 7)
        return torch.tanh(self.conv2(F.relu(self.conv1(h))))


encoder, decoder = Encoder(), Decoder()


def vae_loss(batch):
    x = pixels[batch].unsqueeze(1) * 2 - 1
    z, mean, log_variance = encoder(x)
    kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
    return (F.mse_loss(decoder(z), x, reduction='sum') + kl) / len(batch)


train(vae_loss, [*encoder.parameters(), *decoder.parameters()], 6)
first = pixels[:8].unsqueeze(1) * 2 - 1
with torch.no_grad():
    mean = encoder(first)[1]
    golden['vae'] = {'codes': mean.tolist(), 'pixel300': ((decoder(mean).flatten(1)[:, 300] + 1) / 2).tolist()}
export(encoder, first[:1], 'vae-encoder.onnx', ['image'], ['z', 'mu', 'logvar'])
export(decoder, mean[:1], 'vae-decoder.onnx', ['z'], ['reconstruction'])


class ByteEncoder(nn.Module):
    """Bytes [n, 28, 28, 1], as TensorFlow lays pictures out."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(49, 3)

    def forward(self, x):
        h = F.avg_pool2d(x.permute(0, 3, 1, 2).float() / 255, 4)
        return self.linear(h.flatten(1))


class HalfEncoder(ByteEncoder):
    """Halves [n, 1, 28, 28] in and out; float between."""

    def forward(self, x):
        return self.linear(F.avg_pool2d(x.float(), 4).flatten(1)).half()


class NoisyEncoder(ByteEncoder):
    """A picture, a noise and a domain [n, 4] of which the first is used."""

    def forward(self, x, eps, domain):
        return self.linear(F.avg_pool2d(x, 4).flatten(1)) + eps + domain[:, :1]


class WideDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 49)

    def forward(self, z):
        return F.interpolate(torch.sigmoid(self.linear(z)).reshape(-1, 1, 7, 7), scale_factor=4)


byte_encoder, wide_decoder = ByteEncoder(), WideDecoder()
train(lambda batch: F.mse_loss(wide_decoder(byte_encoder(bytes_[batch].unsqueeze(-1))), pixels[batch].unsqueeze(1)),
      [*byte_encoder.parameters(), *wide_decoder.parameters()], 6)
half_encoder, noisy_encoder = HalfEncoder(), NoisyEncoder()
half_encoder.load_state_dict(byte_encoder.state_dict())
noisy_encoder.load_state_dict(byte_encoder.state_dict())
with torch.no_grad():
    golden['bytes'] = {'codes': byte_encoder(bytes_[:8].unsqueeze(-1)).tolist()}
dynamic = {'x': {0: 'batch'}, 'codes': {0: 'batch'}}
export(byte_encoder, bytes_[:2].unsqueeze(-1), 'bytes-encoder.onnx', ['x'], ['codes'], dynamic)
export(half_encoder, pixels[:2].unsqueeze(1).half(), 'half-encoder.onnx', ['x'], ['codes'], dynamic)
export(noisy_encoder, (pixels[:2].unsqueeze(1), torch.zeros(2, 3), torch.zeros(2, 4)), 'noisy-encoder.onnx',
       ['x', 'eps', 'domain'], ['codes'], {**dynamic, 'eps': {0: 'batch'}, 'domain': {0: 'batch'}})
export(wide_decoder, torch.zeros(2, 3), 'wide-decoder.onnx', ['codes'], ['x'], dynamic)


class GridEncoder(nn.Module):
    """Codes that are pictures themselves, [n, 2, 7, 7]; batches of four."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 4, 4)

    def forward(self, x):
        return self.conv(x)


class GridDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose2d(2, 1, 4, 4)

    def forward(self, z):
        return torch.sigmoid(self.conv(z))


grid_encoder, grid_decoder = GridEncoder(), GridDecoder()
train(lambda batch: F.mse_loss(grid_decoder(grid_encoder(pixels[batch].unsqueeze(1))), pixels[batch].unsqueeze(1)),
      [*grid_encoder.parameters(), *grid_decoder.parameters()], 12)
with torch.no_grad():
    golden['grid'] = {'codes': grid_encoder(pixels[:4].unsqueeze(1)).flatten(1)[:, :8].tolist()}
export(grid_encoder, pixels[:4].unsqueeze(1), 'grid-encoder.onnx', ['x'], ['latent'])
export(grid_decoder, torch.zeros(4, 2, 7, 7), 'grid-decoder.onnx', ['latent'], ['x'])

class NormEncoder(Encoder):
    """Pixels by MNIST's mean and deviation, sixteen at once, and a code that loses most of them."""

    def forward(self, x):
        return self.mean(F.relu(self.conv2(F.relu(self.conv1(x)))).flatten(1))


class NormDecoder(Decoder):
    def forward(self, z):
        h = F.relu(self.inner(z)).reshape(-1, 8, 7, 7)
        return self.conv2(F.relu(self.conv1(h)))


norm_encoder, norm_decoder = NormEncoder(), NormDecoder()
normal = (pixels.unsqueeze(1) - 0.1307) / 0.3081
train(lambda batch: F.mse_loss(norm_decoder(norm_encoder(normal[batch])), normal[batch]),
      [*norm_encoder.parameters(), *norm_decoder.parameters()], 6)
with torch.no_grad():
    codes = norm_encoder(normal[:8])
    golden['norm'] = {'codes': codes.tolist(),
                      'pixel300': (norm_decoder(codes).flatten(1)[:, 300] * 0.3081 + 0.1307).tolist()}
export(norm_encoder, normal[:16], 'norm-encoder.onnx', ['input'], ['features'])
export(norm_decoder, torch.zeros(16, 2), 'norm-decoder.onnx', ['features'], ['output'])

# scikit-learn's own: a scaler and a PCA, in the operators that skl2onnx writes for them
wine = load_wine().data.astype(np.float32)
scaler = StandardScaler().fit(wine)
pca = PCA(2).fit(scaler.transform(wine))
rows = wine[::20]
golden['wine'] = {
    'tools': 'scikit-learn 1.2.1',
    'rows': rows.tolist(),
    'codes': pca.transform(scaler.transform(rows)).tolist(),
    'back': scaler.inverse_transform(pca.inverse_transform(pca.transform(scaler.transform(rows)))).tolist(),
}


def constant(name, values):
    return numpy_helper.from_array(np.asarray(values, np.float32), name)


def save(name, nodes, inputs, outputs, weights=(), opsets=(('', 13),), check=True):
    value = lambda port: helper.make_tensor_value_info(*port)
    graph = helper.make_graph(nodes, 'portolan-test', [*map(value, inputs)], [*map(value, outputs)], [*weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*opset) for opset in opsets], ir_version=8)
    if check:
        onnx.checker.check_model(model)
    onnx.save(model, HERE / name)


FLOAT = TensorProto.FLOAT
save('wine-encoder.onnx',
     [helper.make_node('Scaler', ['X'], ['scaled'], domain='ai.onnx.ml', offset=scaler.mean_.tolist(),
                       scale=(1 / scaler.scale_).tolist()),
      helper.make_node('MatMul', ['scaled', 'components'], ['variable'])],
     [('X', FLOAT, [None, 13])], [('variable', FLOAT, [None, 2])], [constant('components', pca.components_.T)],
     [('', 13), ('ai.onnx.ml', 1)])
save('wine-decoder.onnx',
     [helper.make_node('MatMul', ['variable', 'components'], ['scaled']),
      helper.make_node('Mul', ['scaled', 'scale'], ['centred']),
      helper.make_node('Add', ['centred', 'mean'], ['X'])],
     [('variable', FLOAT, [None, 2])], [('X', FLOAT, [None, 13])],
     [constant('components', pca.components_), constant('scale', scaler.scale_), constant('mean', scaler.mean_)])
save('unknown-operator.onnx', [helper.make_node('Warp', ['x'], ['z'], domain='com.example')],
     [('x', FLOAT, ['batch', 13])], [('z', FLOAT, ['batch', 2])], opsets=[('', 13), ('com.example', 3)], check=False)
save('unknown-opset.onnx', [helper.make_node('Relu', ['x'], ['z'])],
     [('x', FLOAT, ['batch', 13])], [('z', FLOAT, ['batch', 13])], opsets=[('', 99)], check=False)
# the byte encoder once more, its weights in a file beside it
split = onnx.load(HERE / 'bytes-encoder.onnx')
(HERE / 'split-encoder.onnx.data').unlink(missing_ok=True)
onnx.save(split, str(HERE / 'split-encoder.onnx'), save_as_external_data=True, location='split-encoder.onnx.data',
          size_threshold=0)
json.dump(golden, open(HERE / 'golden.json', 'w'), indent=1)
