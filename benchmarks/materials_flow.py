"""Sampling crystals by the flow decoder, against CDVAE's annealed Langevin dynamics of about the same size.

Both have random weights (time does not depend on them) and make crystals of five atoms in batches of 100:
the flow decoder in full, 50 steps; Langevin dynamics one step at each of its 50 levels, of the 100 that a run
has, so its time is multiplied by 100: a measured hundredth of its 5,000 calls, not a whole run. The clock is
the processor's, one thread. Validity is that of the trained generator alone: here are no trained weights of
Langevin dynamics.

    python -m benchmarks.materials_flow
    python -m benchmarks.materials_flow --model perov-flow      # and 1,000 crystals of a shipped generator
"""

from __future__ import annotations

from benchmarks.measure import interleave, one_thread, report, spread, write_result

one_thread()

import argparse  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from fourfold import CrystalGenerator  # noqa: E402
from fourfold.domains.materials.cdvae.cdvae import Cdvae  # noqa: E402
from fourfold.domains.materials.cdvae.langevin import Fixed, langevin_dynamics  # noqa: E402
from fourfold.domains.materials.cdvae.settings import CdvaeSettings, LangevinSettings  # noqa: E402
from fourfold.domains.materials.flow.flow_model import FlowModel  # noqa: E402
from fourfold.domains.materials.flow.sampler import FlowSampling, FlowStart  # noqa: E402
from fourfold.domains.materials.flow.scaled_lattice import LatticeScale  # noqa: E402
from fourfold.domains.materials.flow.settings import FlowSettings  # noqa: E402

CRYSTALS, ATOMS, STEPS = 100, 5, 50
SHARE = 100
"""A Langevin run has this many times the steps that are timed."""


def compared() -> dict[str, Any]:
    """Seconds of both, and their ratio."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        langevin = Cdvae(CdvaeSettings.preset("small"))
    scale = LatticeScale(np.array([2.4] * 3 + [90.0] * 3), np.array([0.2] * 3 + [1.0] * 3))
    flow = FlowModel.untrained(FlowSettings(), scale, None, seed=0, encoder=None)
    # Untrained heads predict cells of no crystal, and how many neighbours there are decides the time.
    counts = torch.full((CRYSTALS,), ATOMS)
    fixed = Fixed(counts, None, None, torch.full((CRYSTALS, 3), 4.14), torch.full((CRYSTALS, 3), 90.0))
    random = torch.Generator().manual_seed(0)
    z = torch.randn(CRYSTALS, langevin.settings.latent.width, generator=random)
    start = FlowStart(flow.draw(CRYSTALS, 0), counts)
    pace = LangevinSettings(steps_per_level=100 // SHARE)
    times = interleave(
        {
            "flow": lambda: flow.decode(start, FlowSampling(STEPS), 0, "x"),
            "langevin": lambda: langevin_dynamics(langevin, z, pace, fixed=fixed),
        },
        repeats=3,
        clock=time.process_time,
    )
    whole = [SHARE * seconds for seconds in times["langevin"]]
    ratios = [slow / fast for slow, fast in zip(whole, times["flow"], strict=True)]
    sizes = {
        "flow": sum(x.numel() for x in flow.network.parameters()),
        "langevin": sum(x.numel() for x in langevin.parameters()),
    }
    summary = {
        "speedup": spread(ratios),
        "ours_seconds": spread(times["flow"]),
        "peer_seconds": spread(whole),
        "rounds": len(ratios),
    }
    print(report(f"{CRYSTALS} crystals, flow over Langevin", summary), flush=True)
    return {
        **summary,
        "crystals": CRYSTALS,
        "flow_steps": STEPS,
        "langevin_steps": 5_000,
        "parameters": sizes,
    }


def shipped(name: str) -> dict[str, Any]:
    """Seconds of 1,000 crystals of a trained generator, predictions of their property included."""
    generator = CrystalGenerator.load(name)
    generator.generate(10)
    seconds, made = [], None
    for seed in range(2):
        began = time.process_time()
        made = generator.generate(1_000, seed=seed)
        seconds.append(time.process_time() - began)
    assert made is not None
    print(f"{name}: 1,000 crystals in {spread(seconds)['median']:.3g} s of one core", flush=True)
    found = {"model": name, "crystals": 1_000, "steps": STEPS, "seconds": spread(seconds)}
    return found | {
        "structure_valid": float(made.structure_valid.mean()),
        "composition_valid": float(made.composition_valid.mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a trained generator")
    arguments = parser.parse_args()
    found = compared()
    if arguments.model:
        found["trained"] = shipped(arguments.model)
    write_result("materials_flow", {"clock": "processor", **found})


if __name__ == "__main__":
    main()
