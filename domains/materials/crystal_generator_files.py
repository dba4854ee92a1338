"""Crystal generators as artefacts: settings, units, weights and the formulas they were trained on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...shared.artifact.card import ModelCard
from ...shared.artifact.loading import load_artifact
from ...shared.artifact.saving import save_artifact
from .crystal_generator_settings import GeneratorSettings
from .flow.flow_model import FlowModel
from .flow.scaled_lattice import LatticeScale
from .langevin_model import LangevinModel
from .property_scale import PropertyScale

if TYPE_CHECKING:
    from .crystal_generator import CrystalGenerator

KIND = "crystal-generator"
_FORMULAS = "trained_formulas"
_WHAT = {"flow": "CDVAE-flow", "cdvae": "CDVAE"}


def save_generator(generator: CrystalGenerator, folder: str | Path, card: ModelCard | None) -> Path:
    """Write the artefact; `card` None writes a plain one."""
    model = generator.fitted()
    scale = model.property
    config: dict[str, Any] = {
        "settings": generator.settings.model_dump(mode="json"),
        "property": None if scale is None else {"name": scale.name, "mean": scale.mean, "scale": scale.scale},
    }
    state: dict[str, np.ndarray | torch.Tensor] = {
        f"{part}.{name}": value
        for part, module in (("network", model.network), ("prior", model.prior))
        for name, value in module.state_dict().items()
    }
    if isinstance(model, FlowModel):
        state |= {"lattice.mean": model.lattice.mean, "lattice.scale": model.lattice.scale}
    state[_FORMULAS] = np.frombuffer("\n".join(sorted(generator.trained_formulas)).encode(), np.uint8)
    plain = ModelCard(
        title="Crystal generator",
        summary=f"{_WHAT[generator.settings.decoder]}: generates, reconstructs and optimises crystals.",
        license="other",
        tags=("materials", "crystals"),
        command="CrystalGenerator.save",
    )
    return save_artifact(folder, KIND, config, state, card or plain)


def load_generator(kind: type[CrystalGenerator], name_or_folder: str | Path) -> CrystalGenerator:
    """Read the artefact into a generator of class `kind`."""
    artifact = load_artifact(name_or_folder).require_kind(KIND)
    arrays = artifact.arrays()
    generator = kind(GeneratorSettings.model_validate(artifact.config["settings"]))
    facts = artifact.config["property"]
    scale = None if facts is None else PropertyScale(**facts)
    settings = generator.settings
    if settings.decoder == "cdvae":
        sizes = settings.cdvae_with(scale is not None)
        model = LangevinModel.untrained(sizes, scale, settings.langevin, seed=0)
    else:
        lattice = LatticeScale(arrays["lattice.mean"], arrays["lattice.scale"])
        model = FlowModel.untrained(settings.network, lattice, scale, seed=0)
    for part, module in (("network", model.network), ("prior", model.prior)):
        prefix = f"{part}."
        weights = {k.removeprefix(prefix): v for k, v in artifact.state.items() if k.startswith(prefix)}
        module.load_state_dict(weights)
    generator.model = model
    text = arrays[_FORMULAS].tobytes().decode()
    generator.trained_formulas = frozenset(text.split("\n")) if text else frozenset()
    return generator
