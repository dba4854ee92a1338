"""One training step of CDVAE, its decoder compiled and not; on a GPU where there is one.

Crystals are made up (cells of 5 or 10 atoms at random places, 14 cubic angstrom an atom), so that nothing has
to be downloaded; a step is noise, losses, gradients and Adam. The edges of the decoder are searched anew in
each step, as in training.

    python -m benchmarks.materials_cdvae_step            # GPU: eager and compiled; CPU: eager alone
    python -m benchmarks.materials_cdvae_step --device cpu --compile      # minutes of compiling on a CPU
"""

from __future__ import annotations

from benchmarks.measure import interleave, one_thread, report, spread, write_result

one_thread()

import argparse  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from fourfold.domains.materials.cdvae.crystal_source import CrystalSource  # noqa: E402
from fourfold.domains.materials.cdvae.langevin import Fixed, langevin_dynamics  # noqa: E402
from fourfold.domains.materials.cdvae.objective import CdvaeObjective  # noqa: E402
from fourfold.domains.materials.cdvae.settings import CdvaeRecipe, CdvaeSettings, LangevinSettings  # noqa: E402
from fourfold.domains.materials.cdvae.untrained import untrained_cdvae  # noqa: E402
from fourfold.domains.materials.crystals.crystals import Crystals  # noqa: E402
from fourfold.shared.training.parallel import to_device  # noqa: E402


def made_up(rows: int, atoms: int) -> Crystals:
    """Cells of 14 cubic angstrom an atom, as oxides have."""
    draw = np.random.default_rng(0)
    return Crystals(
        draw.random((rows * atoms, 3)),
        draw.integers(1, 95, rows * atoms).astype(np.int32),
        np.cbrt(14 * atoms) * draw.uniform(0.9, 1.1, (rows, 3)),
        draw.uniform(80, 100, (rows, 3)),
        atoms * np.arange(rows + 1, dtype=np.int64),
        tuple(f"made-up-{i}" for i in range(rows)),
    )


def step_of(
    settings: CdvaeSettings, crystals: Crystals, device: torch.device, compiled: bool
) -> Callable[[], None]:
    """One training step on one batch of all `crystals`."""
    objective = CdvaeObjective(untrained_cdvae(settings, crystals), CdvaeRecipe(teacher_forcing_steps=10**9))
    for module in objective.modules.values():
        module.to(device)
    if compiled:
        objective.model.decoder.compile()
    (phase,) = objective.phases
    optimizer = phase.optimizer([p for name in phase.modules for p in objective.modules[name].parameters()])
    batch = to_device(CrystalSource(crystals, settings).batch(np.arange(len(crystals))), device)

    def step() -> None:
        loss, _ = objective.loss(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if device.type == "cuda":
            torch.cuda.synchronize()

    return step


def measured(preset: str, rows: int, atoms: int, device: torch.device, compile_too: bool) -> dict[str, Any]:
    """Seconds a step, eager and compiled, and how long the first compiled steps took."""
    settings, crystals = CdvaeSettings.preset(preset), made_up(rows, atoms)  # type: ignore[arg-type]
    steps = {"eager": step_of(settings, crystals, device, compiled=False)}
    found: dict[str, Any] = {"preset": preset, "crystals": rows, "atoms_each": atoms}
    if compile_too:
        steps["compiled"] = step_of(settings, crystals, device, compiled=True)
        began = time.perf_counter()
        for _ in range(3):  # the shapes change from step to step: the second compilation is for any shape
            steps["compiled"]()
        found["compiling_seconds"] = time.perf_counter() - began
    # Processor time alone counts on a processor, as others may use it too; wall time on a GPU.
    clock = time.perf_counter if device.type == "cuda" else time.process_time
    times = interleave(steps, repeats=7, warm_up=1, clock=clock)
    found |= {f"{name}_seconds": spread(values) for name, values in times.items()}
    if compile_too:
        ratios = [e / c for e, c in zip(times["eager"], times["compiled"], strict=True)]
        found |= {"speedup": spread(ratios), "rounds": len(ratios)}
        summary = {
            "speedup": found["speedup"],
            "ours_seconds": found["compiled_seconds"],
            "peer_seconds": found["eager_seconds"],
            "rounds": len(ratios),
        }
        print(report(f"{preset}, {rows} x {atoms} atoms, compiled over eager", summary), flush=True)
    else:
        print(
            f"{preset}, {rows} x {atoms} atoms: {found['eager_seconds']['median']:.3g} s a step", flush=True
        )
    return found


def sampling(preset: str, rows: int, atoms: int, device: torch.device) -> dict[str, Any]:
    """Seconds of one Langevin step of a batch, from 50 of them; a whole run has 5,000."""
    settings, crystals = CdvaeSettings.preset(preset), made_up(rows, atoms)  # type: ignore[arg-type]
    model = untrained_cdvae(settings, crystals).to(device)
    z = torch.randn(rows, settings.latent.width, generator=torch.Generator().manual_seed(0)).to(device)
    clock = time.perf_counter if device.type == "cuda" else time.process_time
    began = clock()
    langevin_dynamics(model, z, LangevinSettings(steps_per_level=1), fixed=Fixed(torch.full((rows,), atoms)))
    if device.type == "cuda":
        torch.cuda.synchronize()
    seconds = (clock() - began) / settings.noise.levels
    print(f"{preset}, one Langevin step of {rows} crystals: {seconds:.3g} s", flush=True)
    return {
        "preset": preset,
        "crystals": rows,
        "atoms_each": atoms,
        "seconds_a_step": seconds,
        "steps_of_a_run": 5_000,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--compile", action="store_true", help="on a CPU as well: `small` alone")
    arguments = parser.parse_args()
    chosen = arguments.device
    if chosen == "auto":
        chosen = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(chosen)
    on = torch.cuda.get_device_name(device) if chosen == "cuda" else "CPU, one thread (no GPU was used)"
    print(f"on {on}")
    # A processor gets small batches: the time of a step is nearly proportional to the crystals in it.
    sizes = {"cuda": [("paper", 512, 5), ("paper", 256, 10)], "cpu": [("small", 64, 5), ("paper", 16, 5)]}
    wanted = {"paper": chosen == "cuda", "small": arguments.compile}
    steps = [measured(*size, device, compile_too=wanted[size[0]]) for size in sizes[chosen]]
    preset, rows, atoms = sizes[chosen][0]
    samples = sampling(preset, rows, atoms, device)
    clock = "wall" if chosen == "cuda" else "processor"
    write_result("materials_cdvae_step", {"device": on, "clock": clock, "steps": steps, "sampling": samples})


if __name__ == "__main__":
    main()
