"""The crystal generator a user holds: new crystals, crystals rebuilt, predicted, optimised and mixed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...shared.errors import InputError
from .crystal_generator_files import load_generator, save_generator
from .crystal_generator_settings import GeneratorSettings
from .crystal_generator_training import split, train_model
from .crystal_wish import Wish
from .crystals.crystals import Crystals
from .flow.flow_model import FlowModel
from .formulas import formula_texts
from .generated import GeneratedCrystals
from .generation import generate_crystals
from .generator_scores import generator_scores
from .given_structures import read_named, require_fitting
from .interpolation import between
from .known_elements import elements_in, unseen_untold
from .langevin_model import LangevinModel
from .lattice_bounds import LatticeBounds
from .metrics.cutoffs import LIGHT_CUTOFFS, Cutoffs
from .metrics.scores import CrystalScores
from .optimization import best_of, checked_target, descend
from .rebuilding import rebuild
from .sampling import checked_sampling
from .wishes import positive_number, whole_number, whole_seed

if TYPE_CHECKING:
    from ...shared.artifact.card import ModelCard


class CrystalGenerator:
    """CDVAE-flow, or CDVAE as published, with data, units and files around it.

    `structures` below are whatever `read_crystals` reads: Crystals, pymatgen Structures, ASE Atoms, paths,
    CIF text, or lists of these.

    Args:
        settings: sizes, losses, training; None: the small preset.
        decoder: "flow" or "cdvae" (annealed Langevin dynamics); None: as the settings say.
    """

    def __init__(
        self,
        settings: GeneratorSettings | None = None,
        *,
        decoder: Literal["flow", "cdvae"] | None = None,
    ) -> None:
        settings = settings or GeneratorSettings()
        if decoder is not None:
            settings = GeneratorSettings.model_validate(settings.model_dump() | {"decoder": decoder})
        self.settings = settings
        self.model: FlowModel | LangevinModel | None = None
        """None before `fit`."""
        self.trained_formulas: frozenset[str] = frozenset()
        """Reduced formulas of the crystals it was trained on."""
        self.finished = True
        """False where `fit` ran out of time: the same call goes on."""

    def fit(
        self,
        crystals: Any,
        property: str | None = None,
        *,
        validation: Any = None,
        run: str | Path | None = None,
        max_seconds: float | None = None,
    ) -> CrystalGenerator:
        """Learn from crystals; a second `fit` starts anew.

        Args:
            crystals: whatever `read_crystals` reads.
            property: one of their properties, to be told from the latent.
            validation: crystals to watch; None: a share of the crystals (`settings.validation`).
            run: folder of checkpoints; the same call goes on from there.
            max_seconds: stop with a checkpoint after that time.

        Raises:
            InputError: crystals or property do not fit (see `train_model`).
        """
        known = read_named(crystals, property)
        if validation is None:
            train, held_out = split(known, self.settings.validation, self.settings.training.seed)
        else:
            train, held_out = known, read_named(validation, property)
        folder = None if run is None else Path(run)
        self.model, self.finished = train_model(
            train, held_out, property, self.settings, folder, max_seconds=max_seconds
        )
        self.trained_formulas = frozenset(formula_texts(train))
        return self

    def finetune(
        self,
        structures: Any,
        property: str | None = None,
        *,
        steps: int = 1_000,
        learning_rate: float = 3e-4,
        run: str | Path | None = None,
    ) -> CrystalGenerator:
        """A copy trained on with other crystals; this one stays as it is.

        Args:
            property: of the crystals; a new one gets a new head. None: the old one stays as it is.
            steps, learning_rate: of this training. A cdvae is given no true lattices again: it had them once.

        Raises:
            InputError: as `fit`.
        """
        steps = whole_number("steps", steps, 1)
        learning_rate = positive_number("learning_rate", learning_rate)
        tuned = type(self)(self.settings.finetuning(steps, learning_rate))
        train, held_out = split(
            read_named(structures, property), self.settings.validation, self.settings.training.seed
        )
        tuned.model, tuned.finished = train_model(
            train,
            held_out,
            property,
            tuned.settings,
            None if run is None else Path(run),
            start=self.fitted(),
        )
        tuned.trained_formulas = self.trained_formulas | frozenset(formula_texts(train))
        return tuned

    def generate(
        self,
        n: int,
        composition: str | None = None,
        elements: str | Iterable[str] | None = None,
        num_atoms: int | None = None,
        property: float | None = None,
        *,
        latent: bool | None = None,
        novel: bool = False,
        lattice: LatticeBounds | None = None,
        seed: int = 0,
        steps: int | None = None,
        sampler: Literal["flow", "langevin"] | None = None,
        batch_size: int = 256,
        trajectory: bool = False,
    ) -> GeneratedCrystals:
        """New crystals.

        Without `latent` they are decoded without one: the decoder has learnt the crystals as a whole as well.
        With it, and to aim at a property, latents are drawn from N(0, I), carried to where training crystals
        lie by the fitted prior, and decoded. Of perovskites the first makes fewer wrong formulas, of crystals
        of many kinds the second.

        Args:
            n: how many.
            composition: structures of this formula (structure prediction), one formula unit a cell. A note
                names elements that the generator never saw.
            elements: only these may occur: symbols, or text such as "Ti,O". Those that the generator never
                saw are left out, with a note.
            num_atoms: atoms in the cell. None: as the latent says.
            property: value of the trained property to aim at.
            latent: decode draws from the latent's prior. None: as the settings say.
            novel: draw again what has a reduced formula that was trained on.
            lattice: bounds of lengths and angles, which every cell keeps to. Cells are led there while they
                are made; where a latent says how many atoms, there are no more than find room.
            seed, steps, batch_size: of the sampler. None: 50 steps of the flow, or as many at each level of
                noise as the settings say (100). Batches change the flow's crystals no more than by rounding.
                From 2,048 crystals on each such part has a seed of its own, derived from `seed`.
            sampler: "flow", or "langevin" with CDVAE's decoder, where all crystals come from latents. None:
                the one that goes with the decoder.
            trajectory: keep the crystals after each step, or after each level of noise.

        Returns:
            n crystals with predictions of the trained property, validity, whether their formula is novel,
            density, nearest distance and space group.

        Raises:
            InputError: a wish makes no sense or cannot be met, as that for elements alone that it never saw,
                or there is too little memory for so many.
        """
        model = self.fitted()
        whole_number("n", n, 1)
        sampling = replace(
            checked_sampling(model, steps, sampler=sampler, lattice=lattice),
            slope=self.settings.slope,
            apart=self.settings.apart,
            batch_size=whole_number("batch_size", batch_size, 1),
        )
        drawn = self.settings.by_latent if latent is None else latent
        wish = Wish.of(model, composition, elements, num_atoms, property, drawn, self.seen_elements())
        avoid = self.trained_formulas if novel else frozenset()
        if sampling.bounds is not None:
            sampling.bounds.require_room(wish.least_atoms())
        made = generate_crystals(model, n, wish, sampling, whole_seed(seed), avoid, keep=trajectory)
        return self._marked(made.crystals, made.trajectory)

    def reconstruct(
        self,
        structures: Any,
        *,
        lattice: LatticeBounds | None = None,
        seed: int = 0,
        steps: int | None = None,
        tries: int = 2,
    ) -> GeneratedCrystals:
        """Each crystal encoded to its latent's mean and decoded again, likeliest elements first.

        Ids stay those of the crystals.

        Args:
            lattice: bounds of the cells, as in `generate`.
            tries: decodings of each; the one whose latent is nearest is kept (see `rebuild`).

        Raises:
            InputError: the structures do not fit, or have more atoms than a cell within the bounds holds.
        """
        model, given = self.fitted(), self._given(structures)
        sampling = checked_sampling(model, steps, temperature=0.0, lattice=lattice)
        if sampling.bounds is not None:
            largest = int(given.counts.argmax())
            sampling.bounds.require_room(int(given.counts[largest]), given.ids[largest])
        made = rebuild(model, given, sampling, whole_seed(seed), whole_number("tries", tries, 1))
        return self._marked(_named(made, given.ids))

    def predict(self, structures: Any) -> np.ndarray:
        """The trained property of each crystal, in its unit, float64 [M].

        Raises:
            InputError: the generator was trained without a property, or the structures do not fit.
        """
        self._property()
        return self.fitted().property_of(self.fitted().posterior(self._given(structures))[0])

    def optimize(
        self,
        property: str,
        target: Literal["min", "max"] | float = "min",
        start: Any = 100,
        *,
        lattice: LatticeBounds | None = None,
        seed: int = 0,
        steps: int | None = None,
        search_steps: int = 500,
        stops: int = 10,
    ) -> GeneratedCrystals:
        """From each start, the best crystal found by descending in the latent.

        The descent is decoded at `stops` moments; what is valid is encoded anew and judged by the property
        predicted then. A start of which nothing valid came returns the last crystal, as invalid as it is.

        Args:
            property: name of the trained property. `target`: "min", "max", or the value to reach.
            start: structures, or a number of latents drawn from the prior.
            lattice: bounds of the cells, as in `generate`.
            search_steps: of the descent.

        Raises:
            InputError: another property, or the target is no number.
        """
        if property != self._property():
            raise InputError(
                "property", f"is {property!r}", expected=f"{self._property()!r}, the trained one"
            )
        model = self.fitted()
        goal = checked_target(model, target)
        sampling, seed = checked_sampling(model, steps, temperature=0.0, lattice=lattice), whole_seed(seed)
        search_steps, stops = whole_number("search_steps", search_steps, 1), whole_number("stops", stops, 1)
        if isinstance(start, int | np.integer):
            latents, ids = model.draw(whole_number("start", start, 1), seed), None
        else:
            given = self._given(start)
            latents, ids = model.posterior(given)[0], given.ids
        tries = descend(model, latents, goal, search_steps, stops, sampling, seed)
        best = best_of(model, tries, goal)
        return self._marked(best if ids is None else _named(best, ids))

    def interpolate(
        self,
        a: Any,
        b: Any,
        points: int = 7,
        *,
        lattice: LatticeBounds | None = None,
        seed: int = 0,
        steps: int | None = None,
    ) -> GeneratedCrystals:
        """Crystals on the straight line between two latents, both ends included, decoded from one noise.

        Args:
            lattice: bounds of the cells, as in `generate`.

        Raises:
            InputError: `a` or `b` is not one crystal.
        """
        model = self.fitted()
        start, end = (model.posterior(self._one(name, x))[0] for name, x in (("a", a), ("b", b)))
        sampling = checked_sampling(model, steps, temperature=0.0, lattice=lattice)
        points, seed = whole_number("points", points, 2), whole_seed(seed)
        return self._marked(between(model, start, end, points, sampling, seed))

    def evaluate(
        self,
        structures: Any,
        known: Any = None,
        *,
        n: int = 1_000,
        cutoffs: Cutoffs = LIGHT_CUTOFFS["mp_20"],
        matching: bool = False,
        seed: int = 0,
        steps: int | None = None,
    ) -> CrystalScores:
        """Reconstruction, error of the property, and n new crystals against real ones.

        Args:
            structures: crystals it was not trained on, with the property if it is to be judged.
            known: training crystals, whose compositions give the units of coverage; None: `structures`.
            cutoffs: of coverage, `metrics.cutoffs`.
            matching: compare structures as well: METRe, cRMSE, unique and novel ones. It takes some 50 ms for
                each pair of one formula.

        Raises:
            InputError: the structures do not fit.
        """
        scale = self.fitted().property
        whole_number("n", n, 1)
        whole_seed(seed)
        with unseen_untold():
            try:
                reference = self._given(structures, None if scale is None else scale.name)
            except InputError:
                # Crystals without the property can be judged by all else.
                reference = self._given(structures)
            basis = None if known is None else read_named(known, None)
            return generator_scores(
                self, reference, basis, n=n, cutoffs=cutoffs, matching=matching, seed=seed, steps=steps
            )

    def save(self, folder: str | Path, card: ModelCard | None = None) -> Path:
        """Write the artefact (kind "crystal-generator")."""
        return save_generator(self, folder, card)

    @classmethod
    def load(cls, name_or_folder: str | Path) -> CrystalGenerator:
        """A shipped generator by name, or one from a folder."""
        return load_generator(cls, name_or_folder)

    def fitted(self) -> FlowModel | LangevinModel:
        """The trained model.

        Raises:
            InputError: there is none yet.
        """
        if self.model is None:
            raise InputError("generator", "is not trained yet", remedy="Call fit, or load a trained one")
        return self.model

    def seen_elements(self) -> np.ndarray | None:
        """Elements of the crystals it was trained on, bool [100]; None where these are not known."""
        return elements_in(self.trained_formulas) if self.trained_formulas else None

    def _property(self) -> str:
        scale = self.fitted().property
        if scale is None:
            raise InputError(
                "property", "the generator was trained without one", remedy="Fit or fine-tune with property="
            )
        return scale.name

    def _given(self, structures: Any, property: str | None = None) -> Crystals:
        given = read_named(structures, property)
        require_fitting(given, self.settings.network.max_atoms, self.seen_elements())
        return given

    def _one(self, name: str, structure: Any) -> Crystals:
        given = self._given(structure)
        if len(given) != 1:
            raise InputError(name, f"is {len(given)} crystals", expected="one")
        return given

    def _marked(self, crystals: Crystals, trajectory: tuple[Crystals, ...] = ()) -> GeneratedCrystals:
        """With what the generator says of the crystals as they came out: the trained property, novelty."""
        model = self.fitted()
        if model.property is not None:
            values = model.property_of(model.posterior(crystals)[0])
            crystals = replace(crystals, properties={model.property.name: values})
        novel = None
        if self.trained_formulas:
            novel = np.array([text not in self.trained_formulas for text in formula_texts(crystals)], bool)
        return GeneratedCrystals(crystals, trajectory, novel)


def _named(crystals: Crystals, ids: tuple[str, ...]) -> Crystals:
    return replace(crystals, ids=ids)
