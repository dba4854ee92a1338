"""The loop: steps, and between them logging, validation, checkpoints and reasons to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch

from .checkpoint import read_checkpoint
from .failure import NonFiniteLoss, TrainingInterrupted
from .fit_result import FitResult, Stopped, apply_weights
from .metric_window import MetricWindow
from .moving_average import MovingAverage
from .objective import BatchSource, Objective
from .parallel import Ranks, to_device
from .phase_step import phase_steps
from .progress_state import Progress
from .random_state import random_state, seed_all, set_random_state
from .run_folder import RunFolder
from .run_log import RunLog
from .sample_stream import SampleStream
from .schedule import rate_factor
from .settings import FitSettings
from .stop_signal import StopSignal
from .throughput import Throughput
from .validation import validate

if TYPE_CHECKING:
    from lightning.fabric import Fabric


class Trainer:
    """One call of `fit`. Everything that a later call needs is in the checkpoint."""

    def __init__(
        self,
        objective: Objective,
        train: BatchSource,
        validation: BatchSource | None,
        settings: FitSettings,
        folder: RunFolder,
        fabric: Fabric,
    ) -> None:
        self.objective, self.train, self.validation = objective, train, validation
        self.settings, self.folder = settings, folder
        self.ranks = Ranks(fabric)
        self.autocast = nullcontext if settings.precision == "32" else fabric.autocast
        self.stream = SampleStream(
            len(train), settings.batch_size, settings.accumulate, settings.seed, settings.order == "shuffled"
        )
        self.total = settings.steps or self.stream.steps_of(settings.epochs or 1)
        for module in objective.modules.values():
            module.to(self.ranks.device)
        self.phases = phase_steps(objective)
        self.ema = MovingAverage(objective.modules, settings.ema) if settings.ema else None
        self.progress = Progress()
        self.window = MetricWindow(self.ranks)
        self._saved_at = time.monotonic()

    # ---- the whole run -------------------------------------------------------------------------

    def run(self, config: Mapping[str, Any] | None) -> FitResult:
        """Start or resume, and train to the end; see `fit`."""
        if self.ranks.rank == 0:
            self.folder.open(self.settings, config)
            self.folder.write_environment(str(self.ranks.device), self.ranks.size)
        self.ranks.wait()
        self._start_or_resume()
        log = RunLog(self.folder, self.settings, self.total, self.progress.step, speak=self.ranks.rank == 0)
        meter = Throughput(self.ranks.device, self.stream.per_step, self.progress.step)
        try:
            with StopSignal() as signal:
                self._loop(log, meter, signal)
        finally:
            log.close()
            self._compiled(False)
        return self._finish(meter)

    def _start_or_resume(self) -> None:
        latest = self.folder.checkpoints.latest()
        if latest is None:
            seed_all(self.settings.seed + self.ranks.rank)
            self.ranks.broadcast(self._tensors())
            if self.ema:
                self.ema.restart()
        else:
            self._load(read_checkpoint(latest))
        if self.ranks.rank == 0:
            self.folder.forget_after(self.progress.step)
        for module in self.objective.modules.values():
            module.train()
        self._compiled(self.settings.compile)

    def _loop(self, log: RunLog, meter: Throughput, signal: StopSignal) -> None:
        settings, progress = self.settings, self.progress
        validate_every = settings.validate_every or self.stream.steps_of(1)
        while progress.step < self.total and progress.stopped is None:
            self._step(progress.step + 1)
            progress.step += 1
            step, last = progress.step, progress.step == self.total
            if step % settings.log_every == 0 or last:
                self._log_training(log, meter)
            improved = False
            if self.validation is not None and (step % validate_every == 0 or last):
                improved = self._validate(log)
            over = settings.max_seconds is not None and meter.seconds() >= settings.max_seconds
            interrupted = self.ranks.any(signal.received)
            over = self.ranks.any(over) and not last
            if improved or last or over or interrupted or progress.stopped or self._save_due():
                self._save()
            if interrupted:
                stop = TrainingInterrupted(step, self.folder.checkpoints.path(step))
                log.say(str(stop))
                raise stop
            if over:
                return

    def _finish(self, meter: Throughput) -> FitResult:
        progress, checkpoints = self.progress, self.folder.checkpoints
        stopped: Stopped = progress.stopped or ("finished" if progress.step >= self.total else "time")
        self.ranks.wait()
        use_best = self.settings.select == "best" and progress.best_step is not None
        chosen = progress.best_step if use_best and progress.best_step is not None else progress.step
        apply_weights(self.objective.modules, read_checkpoint(checkpoints.path(chosen)), averaged=True)
        for module in self.objective.modules.values():
            module.eval()
        return FitResult(
            run=self.folder.path,
            step=progress.step,
            total_steps=self.total,
            epochs=self.stream.epoch_at(progress.step),
            stopped=stopped,
            best=progress.best,
            best_step=progress.best_step,
            last=progress.last,
            samples_per_second=meter.rate(progress.step),
            peak_memory_mb=meter.peak_memory_mb(),
            seconds=meter.seconds(),
            checkpoint=checkpoints.path(progress.step),
        )

    # ---- one step ------------------------------------------------------------------------------

    def _step(self, step: int) -> None:
        batches = []
        for indices in self.stream.micro_batches(step - 1):
            mine = self.ranks.share(indices)
            if mine.size:
                batch = to_device(self.train.batch(mine), self.ranks.device)
                batches.append((batch, mine.size / self.stream.per_step))
        factor = rate_factor(self.settings.schedule, step, self.total)
        for phase in self.phases:
            if not phase.runs_at(step):
                continue
            phase.set_rate(factor)
            outcomes = phase.gradients(batches, self.autocast, self.ranks)
            norm = None
            if self.settings.clip_norm is not None:
                norm = torch.nn.utils.clip_grad_norm_(phase.parameters, self.settings.clip_norm)
            self.window.add(step, phase.name, outcomes, norm)
            if self.window.cheap:
                self._require_finite()
            phase.optimizer.step()
        if self.ema:
            self.ema.update(step)

    def _require_finite(self) -> None:
        """Every step on the CPU; elsewhere, where looking costs a stall, at each log and checkpoint."""
        bad = self.window.first_not_finite()
        if self.ranks.any(bad is not None):
            step, phase, part = bad or (self.progress.step + 1, self.window.latest_phase, None)
            batches = self.stream.micro_batches(step - 1)
            shown = [self.ranks.share(batches[part])] if part is not None else batches
            raise NonFiniteLoss(
                step,
                phase,
                [index for indices in shown for index in indices],
                self.folder.checkpoints.latest(),
                "loss" if part is not None else "gradient norm or a loss",
            )

    # ---- between steps -------------------------------------------------------------------------

    def _log_training(self, log: RunLog, meter: Throughput) -> None:
        self._require_finite()
        step = self.progress.step
        values = self.window.means()
        for phase in self.phases:
            name = "rate" if len(self.phases) == 1 else f"{phase.name}/rate"
            values[name] = float(phase.optimizer.param_groups[0]["lr"])
        values["epoch"] = self.stream.epoch_at(step)
        values["samples_per_second"] = meter.recent_rate(step)
        values["peak_memory_mb"] = meter.peak_memory_mb()
        log.record("train", step, values)

    def _validate(self, log: RunLog) -> bool:
        assert self.validation is not None
        size = self.settings.validation_batch_size or self.settings.batch_size
        self._agree_on_buffers()
        with self.ema.swapped_in() if self.ema else nullcontext():
            metrics = validate(self.objective, self.validation, size, self.ranks, self.autocast)
        log.record("validation", self.progress.step, metrics)
        return self.progress.judge(metrics, self.settings)

    def _save_due(self) -> bool:
        every, seconds = self.settings.checkpoint_every, self.settings.checkpoint_seconds
        if every is not None and self.progress.step % every == 0:
            return True
        late = seconds is not None and time.monotonic() - self._saved_at >= seconds
        return self.ranks.any(late) if seconds is not None else False

    def _save(self) -> None:
        self._require_finite()
        self._require_finite_weights()
        self._agree_on_buffers()
        state = self._state()
        if self.ranks.rank == 0:
            self.folder.checkpoints.write(self.progress.step, state)
            self.folder.checkpoints.prune(self.settings.keep_last, self.progress.best_step)
        self.ranks.wait()
        self._saved_at = time.monotonic()

    def _require_finite_weights(self) -> None:
        weights = [p.detach() for phase in self.phases for p in phase.parameters]
        norms = torch.stack(torch._foreach_norm(weights, math.inf))  # pyright: ignore[reportPrivateImportUsage]
        if not bool(torch.isfinite(norms).all()):
            batches = self.stream.micro_batches(self.progress.step - 1)
            raise NonFiniteLoss(
                self.progress.step,
                ", ".join(phase.name for phase in self.phases),
                [index for indices in batches for index in indices],
                self.folder.checkpoints.latest(),
                "a weight",
            )

    # ---- state ---------------------------------------------------------------------------------

    def _tensors(self) -> list[torch.Tensor]:
        return [
            t.detach() for m in self.objective.modules.values() for t in m.state_dict(keep_vars=True).values()
        ]

    def _agree_on_buffers(self) -> None:
        """Running statistics are each rank's own; all take rank 0's before anyone looks at them."""
        self.ranks.broadcast(b for m in self.objective.modules.values() for b in m.buffers())

    def _state(self) -> dict[str, Any]:
        own = random_state(self.ranks.device)
        return {
            "step": self.progress.step,
            "samples": self.progress.step * self.stream.per_step,
            **self.progress.state(),
            "modules": {name: module.state_dict() for name, module in self.objective.modules.items()},
            "optimizers": {phase.name: phase.optimizer.state_dict() for phase in self.phases},
            "ema": self.ema.state() if self.ema else None,
            "random": {
                "torch": self.ranks.gather(own.pop("torch").to(self.ranks.device)),
                "cuda": self.ranks.gather(own.pop("cuda").to(self.ranks.device)) if "cuda" in own else None,
                **own,
            },
        }

    def _load(self, state: dict[str, Any]) -> None:
        apply_weights(self.objective.modules, state, averaged=False)
        for phase in self.phases:
            phase.optimizer.load_state_dict(state["optimizers"][phase.name])
        if self.ema:
            self.ema.load(state["ema"])
        self.progress.load(state)
        stored, rank = dict(state["random"]), self.ranks.rank
        if rank < len(stored["torch"]):
            for kind in ("torch", "cuda"):
                stored[kind] = None if stored[kind] is None else stored[kind][rank].cpu()
            set_random_state(stored, self.ranks.device)
        else:  # more ranks than before: no state to go on from
            seed_all(self.settings.seed + rank + self.progress.step)

    def _compiled(self, wanted: bool) -> None:
        for module in self.objective.modules.values():
            if wanted:
                module.compile()
            else:
                module._compiled_call_impl = None
