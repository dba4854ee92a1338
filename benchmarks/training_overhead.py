"""The training core against a bare torch loop on a small MLP: what order, checkpoints and checks cost.

Both draw the same shuffled batches, use the same optimiser and train the same network; the bare loop has no
logging, no checks and no checkpoints. Starting a run (folder, first and last checkpoint) is part of our time.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fourfold.shared.training.fit import fit
from fourfold.shared.training.objective import Phase
from fourfold.shared.training.settings import FitSettings

from benchmarks.measure import interleave, ratio_summary, report, spread, write_result

SAMPLES, FEATURES, WIDTH, BATCH, STEPS = 8192, 64, 128, 64, 1024


def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(FEATURES, WIDTH),
        torch.nn.ReLU(),
        torch.nn.Linear(WIDTH, WIDTH),
        torch.nn.ReLU(),
        torch.nn.Linear(WIDTH, 1),
    )


class Samples:
    """Random features and a target that depends on them."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(1)
        self.features = torch.randn(SAMPLES, FEATURES, generator=generator)
        self.target = self.features[:, :1].sin()

    def __len__(self) -> int:
        return SAMPLES

    def batch(self, indices: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        rows = torch.from_numpy(indices)
        return self.features[rows], self.target[rows]


class Regression:
    """Mean squared error of the MLP."""

    def __init__(self) -> None:
        self.net = network()
        self.modules: dict[str, torch.nn.Module] = {"net": self.net}
        self.phases = (Phase("main", ("net",), self.loss, optimizer),)

    def loss(self, batch: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, dict[str, Any]]:
        return torch.nn.functional.mse_loss(self.net(batch[0]), batch[1]), {}

    def validate(self, batch: Any) -> dict[str, tuple[torch.Tensor, int]]:
        return {
            "mse": (torch.nn.functional.mse_loss(self.net(batch[0]), batch[1]) * len(batch[1]), len(batch[1]))
        }


def optimizer(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, lr=1e-3)


def ours(samples: Samples) -> torch.nn.Module:
    objective = Regression()
    with tempfile.TemporaryDirectory() as folder:
        settings = FitSettings(steps=STEPS, batch_size=BATCH, device="cpu", progress="off")
        fit(objective, samples, settings, Path(folder))
    return objective.net


def bare(samples: Samples) -> torch.nn.Module:
    net = network()
    adam = optimizer(net.parameters())
    per_epoch = SAMPLES // BATCH
    for epoch in range(STEPS // per_epoch):
        order = np.random.default_rng([0, epoch]).permutation(SAMPLES)
        for start in range(0, SAMPLES, BATCH):
            features, target = samples.batch(order[start : start + BATCH])
            adam.zero_grad()
            torch.nn.functional.mse_loss(net(features), target).backward()
            adam.step()
    return net


def main() -> None:
    torch.set_num_threads(1)
    samples = Samples()
    same = all(
        torch.equal(a, b) for a, b in zip(ours(samples).parameters(), bare(samples).parameters(), strict=True)
    )
    calls = {"ours": lambda: ours(samples), "peer": lambda: bare(samples)}
    times = interleave(calls, repeats=5)
    processor = interleave(calls, repeats=7, warm_up=0, clock=time.process_time)
    summary = ratio_summary(times)
    overhead = {
        name: spread([a / b - 1 for a, b in zip(seen["ours"], seen["peer"], strict=True)])
        for name, seen in (("wall_clock", times), ("processor_time", processor))
    }
    print(report("training_overhead", summary))
    for name, seen in overhead.items():
        print(f"overhead, {name}: {seen['median']:+.1%} (min {seen['min']:+.1%}, max {seen['max']:+.1%})")
    shape = {"samples": SAMPLES, "widths": [FEATURES, WIDTH, WIDTH, 1], "batch": BATCH, "steps": STEPS}
    write_result("training_overhead", {"shape": shape, "same_weights": same, "overhead": overhead, **summary})


if __name__ == "__main__":
    main()
