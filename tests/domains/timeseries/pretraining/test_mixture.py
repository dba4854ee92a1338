"""The pretraining mixture: sample i depends on (seed, i) alone; finite; what it holds is licensed."""

from pathlib import Path

import numpy as np
import pytest
import torch
from fourfold.domains.timeseries.pretraining import real_sources
from fourfold.domains.timeseries.pretraining.augmentation import DRAWS, augment, mix_in
from fourfold.domains.timeseries.pretraining.counter_random import counter_uniforms
from fourfold.domains.timeseries.pretraining.mixture import MixtureSettings, PretrainingMixture
from fourfold.domains.timeseries.pretraining.real_sources import (
    REAL_SOURCES,
    block_means,
    real_series,
    split_series,
)
from fourfold.domains.timeseries.pretraining.series_pool import NamedSeries, SeriesPool
from fourfold.shared.errors import InputError

SMALL = MixtureSettings(pool_series=300, pool_length=700, samples=10_000)


@pytest.fixture(scope="module", params=["train", "validation"])
def mixture(request: pytest.FixtureRequest) -> PretrainingMixture:
    return PretrainingMixture(SMALL, split=request.param)


def test_batches_are_made_of_the_same_samples_in_any_company(mixture):
    indices = np.array([5, 9_999, 17, 5, 0, 123])
    together = mixture.batch(indices)
    for place, index in enumerate(indices):
        alone = mixture.batch(np.array([index]))
        for key, value in together.items():
            assert torch.equal(alone[key][0], value[place]), key


def test_a_second_mixture_of_the_same_settings_is_the_same(mixture):
    other = PretrainingMixture(SMALL, split=mixture.split)
    for key, value in mixture.batch(np.arange(64)).items():
        assert torch.equal(other.batch(np.arange(64))[key], value), key


def test_shapes_types_and_finite_values(mixture):
    batch = mixture.batch(np.arange(1_500))
    assert len(mixture) == 10_000
    assert {key: (tuple(value.shape[1:]), value.dtype) for key, value in batch.items()} == {
        "context": ((512,), torch.float32),
        "observed": ((512,), torch.bool),
        "target": ((96,), torch.float32),
        "target_observed": ((96,), torch.bool),
        "period": ((), torch.int64),
    }
    assert torch.isfinite(batch["context"]).all()
    assert torch.isfinite(batch["target"]).all()
    assert (batch["context"][~batch["observed"]] == 0).all()
    assert (batch["target"][~batch["target_observed"]] == 0).all()
    assert batch["observed"].sum(dim=1).min() >= 8
    assert batch["target_observed"].any(dim=1).all()
    assert batch["period"].min() >= 1
    # Some histories are short, most are whole.
    short = (~batch["observed"][:, :100]).all(dim=1).float().mean()
    assert 0.05 < short < 0.5


def test_splits_and_seeds_differ():
    first = PretrainingMixture(SMALL, split="train").batch(np.arange(50))["context"]
    held_out = PretrainingMixture(SMALL, split="validation").batch(np.arange(50))["context"]
    reseeded = PretrainingMixture(SMALL.model_copy(update={"seed": 1})).batch(np.arange(50))["context"]
    assert not torch.equal(first, held_out)
    assert not torch.equal(first, reseeded)


def test_kept_pools_give_the_same_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fresh = PretrainingMixture(SMALL, cache=tmp_path).batch(np.arange(40))
    assert len(list(tmp_path.glob("*.npz"))) == 2
    monkeypatch.setattr(
        "fourfold.domains.timeseries.pretraining.mixture.real_series", lambda _: pytest.fail("read again")
    )
    kept = PretrainingMixture(SMALL, cache=tmp_path).batch(np.arange(40))
    assert all(torch.equal(fresh[key], kept[key]) for key in fresh)


def test_pool_shorter_than_a_window_is_refused():
    with pytest.raises(InputError, match="shorter than a window"):
        PretrainingMixture(MixtureSettings(pool_length=600))


def test_sources_name_licence_and_home_and_no_benchmark_set():
    for source in REAL_SOURCES:
        assert source.licence in {"CC BY 4.0", "CC0 1.0", "public domain"}
        assert source.home.startswith("https://")
    known = tuple(source.name for source in REAL_SOURCES)
    names = [one.name for one in real_series(None)]
    assert names
    assert all(name.startswith(known) for name in names)
    forbidden = ("ett", "exchange")
    assert not any(word in part for name in names for part in name.lower().split("/") for word in forbidden)


def test_readers_open_nothing_but_the_listed_folder(benchmark_data: Path, monkeypatch: pytest.MonkeyPatch):
    opened = []
    monkeypatch.setattr(real_sources, "beijing_series", lambda folder: opened.append(folder) or [])
    real_series(benchmark_data)
    assert opened == [benchmark_data / "spatiotemporal" / "beijing_aq12"]


@pytest.mark.slow
def test_beijing_stations_are_whole(benchmark_data: Path):
    folder = benchmark_data / "spatiotemporal" / "beijing_aq12"
    hourly = [one for one in real_sources.beijing_series(folder) if one.name.endswith("@1h")]
    assert len(hourly) == 12 * 11
    assert {one.values.size for one in hourly} == {35_064}
    pm25 = [np.isnan(one.values).mean() for one in hourly if "/PM2.5@" in one.name]
    assert 0.01 < min(pm25) < max(pm25) < 0.03


def test_training_and_validation_series_share_no_name_and_no_hour():
    long = np.arange(1_000.0)
    series = [NamedSeries(f"beijing_aq12/{s}/TEMP@1h", long, 24) for s in ("Wanliu", "Dongsi")]
    (train,), (validation,) = split_series(series, "train"), split_series(series, "validation")
    assert train.name != validation.name
    assert train.values.max() < validation.values.min()


def test_block_means_need_half_of_a_block():
    values = np.array([1.0, 3.0, np.nan, 5.0, np.nan, np.nan, 9.0])
    np.testing.assert_array_equal(block_means(values, 2), [2.0, 5.0, np.nan])


def test_windows_beyond_a_series_are_unobserved():
    pool = SeriesPool.of([NamedSeries("a", np.array([1.0, np.nan, 3.0]), 7), NamedSeries("b", np.ones(2), 1)])
    values, observed = pool.windows(np.array([0, 1]), np.array([4, 2]), 5)
    np.testing.assert_array_equal(values, [[0, 1, 0, 3, 0], [0, 0, 0, 1, 1]])
    np.testing.assert_array_equal(observed, [[0, 1, 0, 1, 0], [0, 0, 0, 1, 1]])
    with pytest.raises(InputError, match="empty"):
        SeriesPool.of([])


def test_uniforms_by_counter_are_uniform_and_independent_of_company():
    u = counter_uniforms(7, np.arange(20_000), 4)
    np.testing.assert_array_equal(u[123], counter_uniforms(7, np.array([123]), 4)[0])
    assert 0 <= u.min() < u.max() < 1
    np.testing.assert_allclose(np.histogram(u, 10, (0, 1))[0] / u.size, 0.1, atol=0.005)
    np.testing.assert_allclose(np.corrcoef(u.T), np.eye(4), atol=0.03)
    assert abs(np.corrcoef(u[1:, 0], u[:-1, 0])[0, 1]) < 0.03
    assert not np.array_equal(u[:5], counter_uniforms(8, np.arange(5), 4))


def test_augmentation_does_what_its_names_say():
    rng = np.random.default_rng(0)
    values = rng.standard_normal((3, 20)).astype(np.float32)
    observed = rng.random((3, 20)) < 0.8
    values[~observed] = 0
    draws = rng.random((3, DRAWS))
    untouched, mask = values.copy(), observed.copy()
    augment(untouched, mask, draws, np.zeros(6))
    np.testing.assert_allclose(untouched, values, atol=1e-6)
    turned, turned_mask = values.copy(), observed.copy()
    augment(turned, turned_mask, draws, np.array([1.0, 1.0, 0, 0, 0, 0]))
    np.testing.assert_allclose(turned, -values[:, ::-1], atol=1e-6)
    np.testing.assert_array_equal(turned_mask, observed[:, ::-1])


def test_mixing_is_convex_in_units_of_mean_magnitude():
    ours, theirs = np.full((2, 4), 10, np.float32), np.full((2, 4), -0.5, np.float32)
    seen = np.ones((2, 4), bool)
    mix_in(ours, seen, theirs, np.ones((2, 4), bool), np.array([0.25, 0.0]))
    np.testing.assert_allclose(ours[0], 0.75 * 10 - 0.25 * 10)
    np.testing.assert_allclose(ours[1], 10)
