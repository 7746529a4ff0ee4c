"""The dense autoencoder 784-512-128-64-2 in PyTorch: ReLU, linear bottleneck, mirrored, sigmoid, squared error."""
import copy

import torch
from torch import nn

from common import arguments, digits, report, train

SIZES = [784, 512, 128, 64, 2]


def stack(sizes, last):
    layers = []
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(inputs, outputs))
        if i < len(sizes) - 2:
            layers.append(nn.ReLU(inplace=True))
    return layers + last


def main():
    args = arguments()
    x = digits()
    model = nn.Sequential(*stack(SIZES, []), *stack(SIZES[::-1], [nn.Sigmoid()]))
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    start = copy.deepcopy(model.state_dict()), copy.deepcopy(optimiser.state_dict())
    warming = True

    def step(batch, warm=False):
        nonlocal warming
        if warming and not warm:
            model.load_state_dict(start[0])
            optimiser.load_state_dict(start[1])
            warming = False
        optimiser.zero_grad(set_to_none=True)
        loss = nn.functional.mse_loss(model(batch), batch)
        loss.backward()
        optimiser.step()
        return loss

    result = train(x, step, args)
    with torch.no_grad():
        mse = float(nn.functional.mse_loss(model(x), x))
    report(result, args, mse=mse)


main()
