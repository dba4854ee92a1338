"""How crystals are to be sampled, as a user says it."""

from __future__ import annotations

from ...shared.errors import InputError
from .crystal_model import CrystalModel
from .flow.sampler import FlowSampling
from .lattice_bounds import LatticeBounds
from .wishes import whole_number


def checked_sampling(
    model: CrystalModel,
    steps: object,
    *,
    lattice: object,
    temperature: float = 1.0,
    sampler: str | None = None,
) -> FlowSampling:
    """Settings of the model's own sampler.

    Args:
        steps: None: as many as usual. `sampler`: None: the model's own.
        lattice: `LatticeBounds` of the cells, or None.

    Raises:
        InputError: steps are no whole number, the sampler is another, or the bounds are none or hold no atom.
    """
    own = model.sampler()
    if sampler not in (None, own):
        raise InputError(
            "sampler",
            f"{sampler!r} does not go with this generator's decoder",
            expected=f"{own!r}",
            remedy="Fit one with CrystalGenerator(decoder='flow' or 'cdvae')",
        )
    count = model.usual_steps() if steps is None else whole_number("steps", steps, 1)
    if lattice is None:
        return FlowSampling(steps=count, temperature=temperature)
    if not isinstance(lattice, LatticeBounds):
        expected = "bounds such as LatticeBounds(lengths=(3, 12), angles=(60, 120))"
        raise InputError("lattice", f"is {lattice!r}", expected=expected)
    lattice.require_room(1)
    return FlowSampling(steps=count, temperature=temperature, bounds=lattice)
