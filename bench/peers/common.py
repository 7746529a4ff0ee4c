"""What the PyTorch peers share: the digits, the arguments, and timing."""
import argparse
import gzip
import json
import os
import pathlib
import time

import numpy as np
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--epochs', type=int, default=10)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--batch', type=int, default=256)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(args.seed)
    # as Node and the browsers run: denormals are rare here, but they must not decide a race
    torch.set_flush_denormal(True)
    return args


def digits():
    """10,000 × 784 in [0, 1]."""
    with gzip.open(ROOT / 'packs/digits/rows.npy.gz') as file:
        rows = np.load(file)
    return torch.from_numpy(rows.reshape(len(rows), -1).astype(np.float32) / 255)


def train(x, step, args):
    """Runs `step(batch) -> loss` over shuffled epochs; the first epoch's first ten batches warm up untimed."""
    for i in range(10):
        step(x[i * args.batch:(i + 1) * args.batch], warm=True)
    losses = []
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(args.epochs):
        order = torch.randperm(len(x))
        total = 0.0
        for at in range(0, len(x), args.batch):
            batch = x[order[at:at + args.batch]]
            # summed without .item(), so that nothing waits inside the epoch
            total = total + step(batch).detach() * len(batch)
        losses.append(float(total) / len(x))
    return {
        'seconds': time.perf_counter() - wall,
        'cpuSeconds': time.process_time() - cpu,
        'samples': len(x) * args.epochs,
        'losses': losses,
    }


def report(result, args, **figures):
    result['samplesPerSecond'] = result['samples'] / result['seconds']
    result.update(figures)
    result['peer'] = f'PyTorch {torch.__version__}'
    result['threads'] = torch.get_num_threads()
    result['seed'] = args.seed
    print(json.dumps(result))
