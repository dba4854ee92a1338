"""Crystal generators as artefacts: settings, units, weights and the formulas they were trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...shared.artifact.artifact import CONFIG_FILE, WEIGHTS_FILE, Artifact, require_state
from ...shared.artifact.card import ModelCard
from ...shared.artifact.loading import load_artifact
from ...shared.artifact.named_arrays import below, under
from ...shared.artifact.saving import save_artifact
from ...shared.errors import InputError
from ...shared.settings_check import as_mapping, checked
from .crystal_generator_settings import GeneratorSettings
from .flow.flow_model import FlowModel
from .flow.scaled_lattice import LatticeScale
from .langevin_model import LangevinModel
from .property_scale import PropertyScale

if TYPE_CHECKING:
    from .crystal_generator import CrystalGenerator

KIND = "crystal-generator"
_FORMULAS = "trained_formulas"
_RESTORE = "Restore the file as it was saved, or save the model again"
_LARGE = 4096
"""A size that needs no comparison: hardly a machine cannot hold it."""
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
    """Read the artefact into a generator of class `kind`.

    Raises:
        InputError: there is no such artefact, its config or its weights are damaged, or they do not fit each
            other.
    """
    artifact = load_artifact(name_or_folder).require_kind(KIND)
    settings, scale = _settings(artifact), _property(artifact)
    model: FlowModel | LangevinModel
    if settings.decoder == "cdvae":
        sizes = settings.cdvae_with(scale is not None)
        _require_sizes(sizes.model_dump(), artifact)
        model = LangevinModel.untrained(sizes, scale, settings.langevin, seed=0)
    else:
        _require_sizes(settings.network.model_dump(), artifact)
        lattice = LatticeScale(_six(artifact, "lattice.mean"), _six(artifact, "lattice.scale"))
        model = FlowModel.untrained(settings.network, lattice, scale, seed=0)
    modules: dict[str, torch.nn.Module] = {"network": model.network, "prior": model.prior}
    wanted = {}
    for part, module in modules.items():
        wanted |= under(part, module.state_dict())
    stored = {name: value for name, value in artifact.state.items() if name.partition(".")[0] in modules}
    require_state(stored, wanted, str(artifact.folder))
    for part, module in modules.items():
        module.load_state_dict(below(part, artifact.state))
    generator = kind(settings)
    generator.model, generator.trained_formulas = model, _formulas(artifact)
    return generator


def _settings(artifact: Artifact) -> GeneratorSettings:
    try:
        return checked(GeneratorSettings, as_mapping("settings", _fact(artifact, "settings")), "generator")
    except InputError as problem:
        raise _damaged(artifact, problem.field, problem.problem, problem.expected, problem.remedy) from None


def _property(artifact: Artifact) -> PropertyScale | None:
    facts = _fact(artifact, "property")
    if facts is None:
        return None
    names = {field.name for field in fields(PropertyScale)}
    known = isinstance(facts, dict) and facts.keys() == names and isinstance(facts["name"], str)
    numbers = [facts[name] for name in ("mean", "scale")] if known else []
    if not known or not all(_is_finite(number) for number in numbers) or facts["scale"] <= 0:
        expected = "name, mean and scale, which is above 0, or null"
        raise _damaged(artifact, "property", f"is {facts!r}", expected, _RESTORE)
    return PropertyScale(**facts)


def _is_finite(number: Any) -> bool:
    return isinstance(number, (int, float)) and not isinstance(number, bool) and bool(np.isfinite(number))


def _fact(artifact: Artifact, name: str) -> Any:
    if name not in artifact.config:
        raise _damaged(artifact, name, "is missing", None, _RESTORE)
    return artifact.config[name]


def _require_sizes(sizes: Mapping[str, Any], artifact: Artifact, path: str = "") -> None:
    """Refuse sizes far beyond those of the stored weights, which no memory may hold, before they are made."""
    shapes = [value.shape for name, value in artifact.state.items() if name != _FORMULAS]
    most = max(_LARGE, *(size for shape in shapes for size in shape))
    for name, size in sizes.items():
        if isinstance(size, dict):
            _require_sizes(size, artifact, f"{path}{name}.")
        elif isinstance(size, int) and size > most:
            problem = f"is {size:,}, which the stored weights do not have"
            raise _damaged(
                artifact, f"generator setting {path}{name}", problem, f"at most {most:,}", _RESTORE
            )


def _stored(artifact: Artifact, name: str) -> np.ndarray:
    if name not in artifact.state:
        where = str(artifact.folder / WEIGHTS_FILE)
        raise InputError(name, "is missing", where=where, remedy="Save the model again")
    return artifact.arrays()[name]


def _six(artifact: Artifact, name: str) -> np.ndarray:
    """Units of the lattice, float64 [6]."""
    found = _stored(artifact, name)
    if found.shape != (6,) or (name.endswith("scale") and not (found > 0).all()):
        raise InputError(
            name,
            f"is {np.array2string(found, threshold=6)}",
            where=str(artifact.folder / WEIGHTS_FILE),
            expected="six numbers, those of the scale above 0",
            remedy="Save the model again",
        )
    return found


def _formulas(artifact: Artifact) -> frozenset[str]:
    try:
        text = _stored(artifact, _FORMULAS).tobytes().decode()
    except UnicodeDecodeError:
        where = str(artifact.folder / WEIGHTS_FILE)
        raise InputError(_FORMULAS, "is no text", where=where, remedy="Save the model again") from None
    return frozenset(text.split("\n")) if text else frozenset()


def _damaged(
    artifact: Artifact, field: str, problem: str, expected: str | None, remedy: str | None
) -> InputError:
    where = str(artifact.folder / CONFIG_FILE)
    return InputError(field, problem, where=where, expected=expected, remedy=remedy)
