"""Settings of the crystals run, and its presets."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...domains.materials.crystal_generator_settings import GeneratorSettings

VOLUME = "volume_per_atom"
"""The property that every crystal has: cubic angstrom of the cell by its atoms."""


class Settings(BaseModel):
    """Everything that decides the outcome of `fourfold run crystals`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = "aflow"
    """aflow (prototypes that come with pymatgen), perov_5, mp_20, or a table (material_id, cif, properties),
    a crystal file, or a folder of them."""
    property: str = VOLUME
    """Column to be told from the latent; volume_per_atom is computed of any crystals."""
    model: str | None = None
    """A generator to train on with these data; none: one from random weights."""
    finetune_steps: int = Field(1_000, ge=1)
    """With `model`: steps of training."""
    generator: GeneratorSettings = GeneratorSettings()
    """Without `model`: sizes, losses and training."""
    validation_share: float = Field(0.1, gt=0, lt=0.5)
    """Of one's own crystals, to watch training by. `test_share`: to judge by."""
    test_share: float = Field(0.1, gt=0, lt=0.5)
    samples: int = Field(200, ge=2, le=10_000)
    """New crystals to make and judge."""
    steps: int | None = Field(None, ge=1)
    """Of the sampler; none: as many as the generator usually takes (50 of the flow)."""
    shown: int = Field(9, ge=1, le=60)
    """New crystals drawn in the report. `rebuilt`: test crystals drawn beside what they were rebuilt as."""
    rebuilt: int = Field(3, ge=0, le=30)
    optimised: int = Field(8, ge=0, le=200)
    """Test crystals from which the property is lowered; 0: leave that part out."""
    seed: int = Field(0, ge=0)


def recipe(preset: str) -> dict[str, Any]:
    """Settings of a preset, by dotted key.

    quick: crystals of at most 8 atoms and a small network, a minute of one core. full: at most 20 atoms and
    the default network and training, which is far longer.
    """
    if preset == "full":
        return {"samples": 1_000, "shown": 12, "optimised": 20}
    return {
        "generator.network.max_atoms": 8,
        "generator.network.latent": 24,
        "generator.network.hidden": 64,
        "generator.network.layers": 3,
        "generator.network.encoder_hidden": 48,
        "generator.network.encoder_layers": 2,
        "generator.training.steps": 600,
        "generator.training.decoder_steps": 900,
        "generator.training.batch_size": 32,
        "generator.training.learning_rate": 2e-3,
        "generator.training.ema": 0.99,
        "generator.training.validate_every": 300,
        "generator.training.prior_steps": 400,
    }
