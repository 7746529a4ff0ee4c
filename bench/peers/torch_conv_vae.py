"""
A convolutional VAE in PyTorch: 1→32→64 channels, 3 × 3, stride 2, 16 latents, mirrored by transposed convolutions,
Bernoulli likelihood. ELBO in nats: summed over features and latents, mean over samples.
"""
import copy

import torch
from torch import nn
from torch.nn import functional as F

from common import arguments, digits, report, train

LATENT = 16


class ConvVae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(inplace=True),
            nn.Flatten(), nn.Linear(64 * 7 * 7, 2 * LATENT))
        self.decoder = nn.Sequential(
            nn.Linear(LATENT, 64 * 7 * 7), nn.ReLU(inplace=True), nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1), nn.ReLU(inplace=True),
            nn.ConvTranspose2d(32, 1, 3, stride=2, padding=1, output_padding=1))

    def losses(self, x):
        mean, log_var = self.encoder(x).chunk(2, dim=1)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_var)
        logits = self.decoder(z)
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction='sum') / len(x)
        kl = 0.5 * torch.sum(mean * mean + log_var.exp() - 1 - log_var) / len(x)
        return reconstruction, kl


def main():
    args = arguments()
    x = digits().view(-1, 1, 28, 28)
    model = ConvVae()
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
        reconstruction, kl = model.losses(batch)
        loss = reconstruction + kl
        loss.backward()
        optimiser.step()
        return loss

    result = train(x, step, args)
    with torch.no_grad():
        parts = [model.losses(part) for part in x.split(1000)]
    reconstruction, kl = (sum(float(p[i]) for p in parts) / len(parts) for i in (0, 1))
    report(result, args, elbo=-(reconstruction + kl), reconstruction=reconstruction, kl=kl)


main()
