"""A generator of perovskites that trains in a second, kept for all tests that only ask it."""

import functools
import sys
from pathlib import Path

from fourfold import CrystalGenerator
from fourfold.domains.materials.crystal_generator_settings import GeneratorSettings
from fourfold.domains.materials.flow.settings import FlowTraining

sys.path.insert(0, str(Path(__file__).parent / "flow"))
from small_crystals import TINY, perovskites

SETTINGS = GeneratorSettings(
    network=TINY,
    training=FlowTraining(steps=6, decoder_steps=3, batch_size=8, prior_steps=5, validate_every=3),
)
CRYSTALS = perovskites(copies=4)


@functools.cache
def trained() -> CrystalGenerator:
    """On `CRYSTALS` and their property `height`."""
    return CrystalGenerator(SETTINGS).fit(CRYSTALS, "height")
