"""Sampling: where it goes, what is fixed, and what is refused."""

import pytest
import torch
from fourfold.domains.materials.cdvae.decoder import Decoded
from fourfold.domains.materials.cdvae.langevin import Fixed, langevin_dynamics, start
from fourfold.domains.materials.cdvae.minimum_image import minimum_image
from fourfold.domains.materials.cdvae.settings import LangevinSettings
from fourfold.domains.materials.cdvae.untrained import untrained_cdvae
from fourfold.shared.errors import InputError
from tiny_cdvae import random_crystals, tiny_settings

CRYSTALS = random_crystals(0)
FEW = LangevinSettings(steps_per_level=1)


@pytest.fixture(scope="module")
def model():
    return untrained_cdvae(tiny_settings(), CRYSTALS)


def latents(count=4):
    return 2 * torch.randn(count, 8, generator=torch.Generator().manual_seed(0))


def test_samples_are_crystals_and_follow_their_seed(model):
    one, two, other = (langevin_dynamics(model, latents(), FEW, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one.frac, two.frac) and torch.equal(one.numbers, two.numbers)
    assert not torch.equal(one.frac[:2], other.frac[:2])
    assert one.frac.isfinite().all() and one.frac.min() >= 0 and one.frac.max() <= 1
    assert one.counts.min() >= 1 and one.counts.max() <= 6
    assert one.numbers.min() >= 1 and one.numbers.max() <= 100
    assert len(one.frac) == int(one.counts.sum())


def test_atoms_end_where_the_score_points(model, monkeypatch):
    """With the exact score of one known crystal, the dynamics end at it, as wide as the last level says."""
    home = torch.tensor([[0.1, 0.2, 0.3], [0.6, 0.7, 0.8]]).repeat(30, 1)
    cells = {"lengths": torch.full((30, 3), 4.0), "angles": torch.full((30, 3), 90.0)}
    fixed = Fixed(counts=torch.full((30,), 2), numbers=torch.tensor([11, 17] * 30), **cells)
    settings = LangevinSettings(steps_per_level=8)
    sigmas = iter(s for s in model.sigma.tolist() for _ in range(8))

    def exact(batch, z):
        way = minimum_image(home - batch.frac, batch.matrices()[batch.crystal])
        return Decoded(torch.zeros(60, 100), way / next(sigmas))

    monkeypatch.setattr(model, "decode", exact)
    made = langevin_dynamics(model, torch.zeros(30, 8), settings, fixed=fixed)
    off = minimum_image(home - made.frac, made.matrices()[made.crystal])
    # Stationary at the last level: sigma / sqrt(1 - a / (2 sigma^2)) with a = 1e-4 = sigma^2.
    assert float(off.std()) == pytest.approx(0.01 * 2**0.5, rel=0.2)
    assert torch.equal(made.numbers, fixed.numbers)


def test_without_a_pull_each_level_moves_atoms_by_its_share_of_noise(model, monkeypatch):
    """sqrt(2 a) with a = 1e-4 (sigma / faintest)^2; cells are so large that nothing goes round."""
    monkeypatch.setattr(
        model,
        "decode",
        lambda batch, z: Decoded(torch.zeros(len(batch.frac), 100), torch.zeros_like(batch.frac)),
    )
    lengths, angles = torch.full((40, 3), 1000.0), torch.full((40, 3), 90.0)
    fixed = Fixed(counts=torch.full((40,), 6), lengths=lengths, angles=angles)
    seen = [start(model, torch.zeros(40, 8), fixed, 0)]
    langevin_dynamics(model, torch.zeros(40, 8), FEW, fixed=fixed, watch=lambda _, batch: seen.append(batch))
    assert len(seen) == 51
    sigmas = model.sigma.tolist()
    for level, sigma in enumerate(sigmas):
        one, next_ = seen[level], seen[level + 1]
        moved = minimum_image(next_.frac - one.frac, one.matrices()[one.crystal])
        expected = (2 * 1e-4 * (sigma / sigmas[-1]) ** 2) ** 0.5
        assert float(moved.square().mean().sqrt()) == pytest.approx(expected, rel=0.15), level


def test_what_is_fixed_stays(model):
    counts = torch.tensor([2, 4])
    numbers = torch.tensor([11, 17, 22, 8, 8, 56])
    lengths, angles = torch.tensor([[4.0, 5, 6], [5, 5, 7]]), torch.tensor([[90.0, 90, 90], [80, 95, 100]])
    fixed = Fixed(counts, numbers, lengths=lengths, angles=angles)
    made = langevin_dynamics(model, latents(2), FEW, fixed=fixed)
    assert torch.equal(made.numbers, numbers) and torch.equal(made.counts, counts)
    assert torch.equal(made.lengths, lengths) and torch.equal(made.angles, angles)


def test_only_allowed_elements_occur(model):
    allowed = torch.zeros(100, dtype=torch.bool)
    allowed[[7, 21]] = True
    seen = []
    langevin_dynamics(
        model,
        latents(),
        FEW,
        fixed=Fixed(allowed=allowed),
        watch=lambda level, batch: seen.append(batch.numbers),
    )
    assert len(seen) == 50
    assert set(torch.cat(seen).tolist()) <= {8, 22}
    assert set(start(model, latents(), Fixed(allowed=allowed), 0).numbers.tolist()) <= {8, 22}


def test_levels_below_the_least_are_left_out(model):
    levels = []
    settings = LangevinSettings(steps_per_level=1, min_sigma=1.0)
    langevin_dynamics(model, latents(1), settings, watch=lambda level, _: levels.append(level))
    assert levels == list(range(int((model.sigma >= 1).sum())))


def test_the_paper_calls_the_decoder_5000_times():
    assert LangevinSettings().steps_per_level * tiny_settings().noise.levels == 5_000


def test_cells_are_large_enough_whatever_the_latent(model):
    batch = start(model, 100 * latents(50), Fixed(), 0)
    volume = torch.linalg.det(batch.matrices()).abs() / batch.counts
    assert volume.min() > 2.4


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        (Fixed(counts=torch.tensor([2])), "numbers of atoms"),
        (Fixed(counts=torch.tensor([2, 0])), "at least 1"),
        (Fixed(numbers=torch.tensor([2, 3])), "counts= given"),
        (Fixed(counts=torch.tensor([1, 2]), numbers=torch.tensor([2, 3])), "an element for each atom"),
        (Fixed(lengths=torch.ones(2, 3)), "both or none"),
        (Fixed(allowed=torch.zeros(100, dtype=torch.bool)), "no element is left"),
    ],
)
def test_what_does_not_fit_is_told(model, fixed, message):
    with pytest.raises(InputError, match=message):
        langevin_dynamics(model, latents(2), FEW, fixed=fixed)


def test_broken_weights_are_told_and_not_answered(model, monkeypatch):
    def broken(batch, z):
        return Decoded(torch.zeros(len(batch.numbers), 100), torch.full((len(batch.numbers), 3), torch.nan))

    monkeypatch.setattr(model, "decode", broken)
    with pytest.raises(InputError, match="not finite"):
        langevin_dynamics(model, latents(2), FEW)
