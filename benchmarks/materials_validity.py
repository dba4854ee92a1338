"""Validity of crystals by the flow decoder and by CDVAE's Langevin dynamics: equal size, equal training time.

Both learn from perov_5 for about the same seconds of one core (the steps that fit into them are measured
first), then make crystals from their priors; the clock is the processor's. The networks are of the small
presets, the flow narrowed to the parameters of the other. Neither is trained to its end: the question is
which of two that cost the same makes more crystals that could be one, and how fast.

    FOURFOLD_DATA=... python -m benchmarks.materials_validity --seconds 300 --run FOLDER

The same command goes on where it was stopped. `--langevin-steps 100` is the 5,000 calls of the paper.
"""

from __future__ import annotations

from benchmarks.measure import one_thread, write_result

one_thread()

import argparse  # noqa: E402
import json  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
from fourfold import CrystalGenerator  # noqa: E402
from fourfold.domains.materials.cdvae.settings import CdvaeRecipe  # noqa: E402
from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings  # noqa: E402
from fourfold.domains.materials.crystals.crystals import Crystals  # noqa: E402
from fourfold.domains.materials.datasets import load_crystals  # noqa: E402
from fourfold.domains.materials.flow.settings import FlowSettings, FlowTraining  # noqa: E402
from fourfold.domains.materials.metrics.composition_validity import compositional_validity  # noqa: E402
from fourfold.domains.materials.metrics.distributions import densities, wasserstein  # noqa: E402
from fourfold.domains.materials.metrics.structural_validity import structural_validity  # noqa: E402

DECODERS = ("cdvae", "flow")
TRIALS = (8, 32)
"""Steps of the two trainings whose difference tells the time of a step: reading and units are left out."""


def settings_of(decoder: str, steps: int) -> GeneratorSettings:
    """The small preset trained for `steps`; of the flow a third is of everything, the rest of the decoder."""
    if decoder == "cdvae":
        training = FlowTraining(steps=steps, batch_size=64, validate_every=10**6, prior_steps=2_000)
        recipe = CdvaeRecipe(teacher_forcing_steps=steps // 2)
        return GeneratorSettings(decoder="cdvae", training=training, recipe=recipe)
    together = max(1, steps // 3)
    training = FlowTraining(
        steps=together, decoder_steps=max(1, steps - together), validate_every=10**6, prior_steps=2_000
    )
    return GeneratorSettings(training=training, network=FlowSettings(hidden=100, encoder_hidden=80))


def step_seconds(decoder: str, crystals: Crystals) -> float:
    """Processor seconds of one training step."""
    spent = []
    for steps in TRIALS:
        settings = settings_of(decoder, steps)
        training = settings.training.model_copy(update={"prior_steps": 1})
        settings = settings.model_copy(update={"training": training, "validation": 0.0})
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            CrystalGenerator(settings).fit(crystals, run=folder)
            spent.append(time.process_time() - began)
    return (spent[1] - spent[0]) / (TRIALS[1] - TRIALS[0])


def pace(run: Path, crystals: Crystals) -> dict[str, float]:
    """Processor seconds a step of each decoder, as measured when this run was begun."""
    file = run / "pace.json"
    if not file.exists():
        found = {decoder: step_seconds(decoder, crystals) for decoder in DECODERS}
        print("seconds a step:", found, flush=True)
        run.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(found))
    return json.loads(file.read_text())


def trained(decoder: str, steps: int, run: Path, crystals: Crystals) -> CrystalGenerator:
    """The generator of this run, trained now if it is not there yet."""
    artifact = run / f"{decoder}-artifact"
    if artifact.exists():
        return CrystalGenerator.load(artifact)
    settings = settings_of(decoder, steps).model_copy(update={"validation": 0.0})
    began = time.process_time()
    generator = CrystalGenerator(settings).fit(crystals, run=run / decoder)
    print(f"{decoder}: trained in {time.process_time() - began:.0f} s", flush=True)
    generator.save(artifact)
    return generator


def judged(generator: CrystalGenerator, n: int, real: Crystals, **how: Any) -> dict[str, Any]:
    """Shares of n new crystals that are valid, their densities beside real ones, and seconds."""
    began = time.process_time()
    made = generator.generate(n, **how).crystals
    seconds = time.process_time() - began
    structure, composition = structural_validity(made), compositional_validity(made)
    found = {
        "crystals": n,
        "seconds": seconds,
        "structure_valid": float(structure.mean()),
        "composition_valid": float(composition.mean()),
        "both_valid": float((structure & composition).mean()),
        "wasserstein_density": _density_distance(made, structure, real),
        **how,
    }
    print({key: round(x, 4) if isinstance(x, float) else x for key, x in found.items()}, flush=True)
    return found


def _density_distance(made: Crystals, valid: np.ndarray, real: Crystals) -> float:
    stands = made.take(np.flatnonzero(valid))
    return wasserstein("density", densities(stands), densities(real)) if len(stands) else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="of training, each decoder")
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("-n", type=int, default=200)
    parser.add_argument("--langevin-steps", type=int, default=20, help="at each of the 50 levels; paper: 100")
    arguments = parser.parse_args()
    train, test = load_crystals("perov_5", "train"), load_crystals("perov_5", "test")
    each = pace(arguments.run, train)
    found: dict[str, Any] = {"training_seconds": arguments.seconds, "decoders": {}}
    for decoder in DECODERS:
        steps = round(arguments.seconds / each[decoder])
        generator = trained(decoder, steps, arguments.run, train)
        how = {"steps": arguments.langevin_steps} if decoder == "cdvae" else {"steps": 50}
        parameters = sum(x.numel() for x in generator.fitted().network.parameters())
        found["decoders"][decoder] = {
            "parameters": parameters,
            "training_steps": steps,
            "seconds_a_training_step": each[decoder],
            **judged(generator, arguments.n, test, **how),
        }
        if decoder == "flow":
            found["decoders"]["flow from latents"] = judged(generator, arguments.n, test, latent=True, **how)
    cdvae, flow = (found["decoders"][name] for name in DECODERS)
    found["speedup"] = cdvae["seconds"] / flow["seconds"]
    found["speedup_at_the_papers_steps"] = found["speedup"] * 100 / arguments.langevin_steps
    write_result("materials_validity", {"clock": "processor", **found})


if __name__ == "__main__":
    main()
