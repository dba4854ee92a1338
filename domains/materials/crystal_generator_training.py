"""Training of a crystal generator: the autoencoder and its decoder as resumable runs, then the prior."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import numpy as np
import torch

from ...shared.errors import InputError
from ...shared.training.module_arrays import module_arrays
from ...shared.training.run_claim import Fact, claim_run
from .cdvae.crystal_source import CrystalSource
from .crystal_generator_settings import GeneratorSettings
from .crystals.crystals import Crystals
from .flow.flow_model import FlowModel
from .flow.latent_prior import LatentPrior, fit_prior
from .flow.padded import PaddedSource
from .flow.scaled_lattice import LatticeScale
from .flow.training import train_autoencoder, train_decoder
from .langevin_model import LangevinModel
from .langevin_training import new_langevin_model, train_langevin
from .property_scale import PropertyScale


def train_model(
    crystals: Crystals,
    validation: Crystals | None,
    property_name: str | None,
    settings: GeneratorSettings,
    run: Path | None,
    *,
    start: FlowModel | LangevinModel | None = None,
    max_seconds: float | None = None,
) -> tuple[FlowModel | LangevinModel, bool]:
    """A model of the crystals, and whether its training came to its end.

    Args:
        run: folder of checkpoints; the same call goes on from there. None: a temporary one.
        start: model whose weights (and lattice units) training starts from; it stays as it is.

    Raises:
        InputError: too few or too large crystals, a property that no crystal has a value of, or a run folder
            that holds a training on other crystals, values or weights.
    """
    _check(crystals, settings.network.max_atoms)
    values = _values(crystals, property_name)
    scale = None if property_name is None else PropertyScale.of(property_name, values)
    held_values = None
    if validation is not None and len(validation):
        held_values = _values(validation, property_name, required=False)
    parts = _Parts(crystals, values, validation, held_values)
    claim_run(run, _origin(crystals, property_name, values, start))
    with _folder(run) as folder:
        if settings.decoder == "cdvae":
            first = start if isinstance(start, LangevinModel) else None
            model, finished = _trained_cdvae(parts, scale, settings, Path(folder), first, max_seconds)
        else:
            first = start if isinstance(start, FlowModel) else None
            model, finished = _trained_flow(parts, scale, settings, Path(folder), first, max_seconds)
    mean, log_variance = model.posterior(crystals)
    with torch.random.fork_rng():
        torch.manual_seed(settings.training.seed)
        model.prior = LatentPrior(mean.shape[1])
    if start is not None and len(start.prior.mean) == mean.shape[1]:
        model.prior.load_state_dict(start.prior.state_dict())
    fit_prior(model.prior, mean, log_variance, settings.training.prior_steps, settings.training.seed)
    return model, finished


class _Parts(NamedTuple):
    """Crystals to learn from and to watch by, with their property."""

    train: Crystals
    values: np.ndarray
    validation: Crystals | None
    held_values: np.ndarray | None


def _trained_flow(
    parts: _Parts,
    scale: PropertyScale | None,
    settings: GeneratorSettings,
    folder: Path,
    start: FlowModel | None,
    max_seconds: float | None,
) -> tuple[FlowModel, bool]:
    began, known = monotonic(), parts.train
    if start is None:
        lattice = LatticeScale.of(known.lengths, known.angles, known.counts)
        model = FlowModel.untrained(settings.network, lattice, scale, settings.training.seed)
    else:
        model = _copy(start, scale, settings.training.seed)
    held_out = None
    if parts.validation is not None and parts.held_values is not None:
        held_out = model.source(parts.validation, parts.held_values)
    train, finished = model.source(known, parts.values), False
    for stage, name in ((train_autoencoder, "autoencoder"), (train_decoder, "decoder")):
        if name == "decoder":
            if settings.training.decoder_steps == 0:
                break
            _fix_latents(model, train, held_out)
        left = None if max_seconds is None else max_seconds - (monotonic() - began)
        finished = left is None or left > 0
        if finished:
            path = folder / name
            result = stage(model.network, train, held_out, settings.losses, settings.training, path, left)
            finished = result.finished
        if not finished:
            break
    return model, finished


def _trained_cdvae(
    parts: _Parts,
    scale: PropertyScale | None,
    settings: GeneratorSettings,
    folder: Path,
    start: LangevinModel | None,
    max_seconds: float | None,
) -> tuple[LangevinModel, bool]:
    model = new_langevin_model(parts.train, parts.values, scale, settings, start)
    held_out = None
    if parts.validation is not None and parts.held_values is not None:
        held_out = CrystalSource(
            parts.validation, model.network.settings, parts.held_values, settings.training.seed
        )
    train = CrystalSource(parts.train, model.network.settings, parts.values)
    return model, train_langevin(model, train, held_out, settings, folder / "cdvae", max_seconds)


def _fix_latents(model: FlowModel, *sources: PaddedSource | None) -> None:
    for source in sources:
        if source is not None:
            source.posterior = model.posterior(source.crystals)


def split(crystals: Crystals, share: float, seed: int) -> tuple[Crystals, Crystals | None]:
    """Crystals to train on and a share to watch, drawn from `seed`; None where the share is of none."""
    held = round(share * len(crystals))
    if held == 0:
        return crystals, None
    order = np.random.default_rng(seed).permutation(len(crystals))
    return crystals.take(np.sort(order[held:])), crystals.take(np.sort(order[:held]))


def _check(crystals: Crystals, max_atoms: int) -> None:
    if len(crystals) < 2:
        raise InputError("crystals", f"{len(crystals)} to train on", expected="at least two")
    largest = int(crystals.counts.argmax())
    if crystals.counts[largest] > max_atoms:
        raise InputError(
            "crystals",
            f"has {crystals.counts[largest]} atoms",
            where=crystals.ids[largest],
            expected=f"at most {max_atoms}",
            remedy="Set network.max_atoms, or leave large crystals out (read_crystals with max_atoms=)",
        )


def _values(crystals: Crystals, name: str | None, *, required: bool = True) -> np.ndarray:
    """The property of each crystal, NaN where unknown."""
    unknown = np.full(len(crystals), np.nan)
    if name is None:
        return unknown
    if name not in crystals.properties:
        if not required:
            return unknown
        known = ", ".join(crystals.properties) or "none"
        raise InputError("property", f"the crystals have no {name!r}", expected=f"one of theirs: {known}")
    values = np.where(np.isfinite(crystals.properties[name]), crystals.properties[name], np.nan)
    if required and not np.isfinite(values).any():
        raise InputError("property", f"{name!r} is known of no crystal", expected="values of some at least")
    return values


def _origin(
    crystals: Crystals,
    property_name: str | None,
    values: np.ndarray,
    start: FlowModel | LangevinModel | None,
) -> dict[str, Iterable[Fact]]:
    """What a run learns from, for `claim_run`."""
    cells = (crystals.frac, crystals.numbers, crystals.lengths, crystals.angles, crystals.offsets)
    weights = () if start is None else (module_arrays(start.network), module_arrays(start.prior))
    return {
        "crystals": cells,
        "values of the property": (str(property_name), values),
        "weights to start from": weights,
    }


def _copy(start: FlowModel, scale: PropertyScale | None, seed: int) -> FlowModel:
    """The same weights and lattice units; the property's head starts anew where the property is another."""
    model = FlowModel.untrained(start.network.settings, start.lattice, scale, seed)
    same = scale is None or (start.property is not None and start.property.name == scale.name)
    if scale is None or same:
        model.property = start.property
    keep = {k: v for k, v in start.network.state_dict().items() if same or not k.startswith("property.")}
    model.network.load_state_dict(keep, strict=False)
    return model


def _folder(run: Path | None) -> AbstractContextManager[str | Path]:
    return tempfile.TemporaryDirectory(prefix="fourfold-") if run is None else nullcontext(run)
