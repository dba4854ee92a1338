"""Toy objectives for the tests, and a program that trains one of them until it is stopped.

python toy_run.py RUN SETTINGS_JSON [--kill-at STEP | --kill-in-save STEP | --signal-at STEP]
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

import numpy as np
import torch
from fourfold.shared.training import checkpoint
from fourfold.shared.training.failure import TrainingInterrupted
from fourfold.shared.training.fit import fit
from fourfold.shared.training.objective import Phase
from fourfold.shared.training.settings import FitSettings


class Samples:
    """Features [n, 6] and a noisy linear target [n, 1]; `on_batch` is called before every batch."""

    def __init__(self, n=101, on_batch=None, dtype=torch.float32):
        generator = torch.Generator().manual_seed(11)
        self.features = torch.randn(n, 6, generator=generator, dtype=torch.float64).to(dtype)
        noise = torch.randn(n, 1, generator=generator, dtype=torch.float64).to(dtype)
        self.target = self.features @ torch.linspace(-1, 1, 6, dtype=dtype)[:, None] + 0.1 * noise
        self.on_batch, self.calls, self.seen = on_batch, 0, []

    def __len__(self):
        return len(self.features)

    def batch(self, indices):
        self.calls += 1
        self.seen.append(np.asarray(indices).copy())
        if self.on_batch:
            self.on_batch(self.calls)
        rows = torch.from_numpy(np.ascontiguousarray(indices))
        return {"x": self.features[rows], "y": self.target[rows]}


class Regression:
    """One phase; dropout makes it depend on the state of the random generator."""

    def __init__(self, dropout=0.2, rate=0.01, dtype=torch.float32):
        torch.manual_seed(5)
        layers = [torch.nn.Linear(6, 16), torch.nn.Tanh(), torch.nn.Dropout(dropout), torch.nn.Linear(16, 1)]
        self.net = torch.nn.Sequential(*layers).to(dtype)
        self.modules = {"net": self.net}
        self.phases = (Phase("main", ("net",), self.loss, lambda p: torch.optim.AdamW(p, lr=rate)),)

    def loss(self, batch):
        error = self.net(batch["x"]) - batch["y"]
        return error.square().mean(), {"mae": error.detach().abs().mean()}

    def validate(self, batch):
        error = (self.net(batch["x"]) - batch["y"]).double()
        return {"mse": (error.square().sum(), error.numel()), "mae": (error.abs().sum(), error.numel())}


class Gan:
    """Two phases that look through each other's modules."""

    def __init__(self):
        torch.manual_seed(6)
        self.generator, self.critic = torch.nn.Linear(6, 1), torch.nn.Linear(1, 1)
        self.modules = {"generator": self.generator, "critic": self.critic}
        self.calls = {"generator": 0, "critic": 0}

        def sgd(parameters):
            return torch.optim.SGD(parameters, lr=0.05, momentum=0.5)

        self.phases = (
            Phase("critic", ("critic",), self.critic_loss, sgd),
            Phase("generator", ("generator",), self.generator_loss, sgd, every=2),
        )

    def critic_loss(self, batch):
        self.calls["critic"] += 1
        real, fake = self.critic(batch["y"]), self.critic(self.generator(batch["x"]).detach())
        loss = (real - 1).square().mean() + fake.square().mean()
        return loss, {"real": real.detach().mean()}

    def generator_loss(self, batch):
        self.calls["generator"] += 1
        return (self.critic(self.generator(batch["x"])) - 1).square().mean(), {}

    def validate(self, batch):
        return {"distance": ((self.generator(batch["x"]) - batch["y"]).abs().sum(), len(batch["y"]))}


def weights(objective):
    return {
        f"{name}.{key}": value.detach().clone()
        for name, module in objective.modules.items()
        for key, value in module.state_dict().items()
    }


def main():
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("settings")
    parser.add_argument("--kill-at", type=int)
    parser.add_argument("--kill-in-save", type=int)
    parser.add_argument("--signal-at", type=int)
    parser.add_argument("--uncaught", action="store_true")
    options = parser.parse_args()

    def on_batch(calls):
        if calls == options.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if calls == options.signal_at:
            os.kill(os.getpid(), signal.SIGINT)

    save_file, saves = checkpoint.save_file, []

    def save_and_die(tensors, target, header):
        saves.append(target)
        save_file(tensors, target, header)
        if len(saves) == options.kill_in_save:
            with target.open("r+b") as file:  # as a machine that loses power leaves it
                file.truncate(target.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)

    checkpoint.save_file = save_and_die
    settings = FitSettings.model_validate_json(options.settings)
    objective = Regression(dropout=0.0 if "WORLD_SIZE" in os.environ else 0.2)
    try:
        fit(objective, Samples(on_batch=on_batch), settings, options.run, Samples(33))
    except TrainingInterrupted as stop:
        if options.uncaught:
            raise
        print(stop, file=sys.stderr)
        sys.exit(stop.exit_code)


if __name__ == "__main__":
    main()
