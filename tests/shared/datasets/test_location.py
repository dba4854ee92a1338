"""A data set is looked for in $FOURFOLD_DATA, then in the cache, and read the same from both."""

import gzip

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.datasets import fetch, list_cards, locate, read_card, read_dataset
from fourfold.shared.datasets.location import cache_folder, matches_checksum
from fourfold.shared.errors import InputError

BENCHMARKS = [
    card
    for card in list_cards()
    if not card.package and card.reader not in ("network", "planetoid", "crystals")
]


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Neither benchmark sets nor a cache."""
    monkeypatch.delenv("FOURFOLD_DATA", raising=False)
    monkeypatch.setenv("FOURFOLD_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_absent_set_says_where_and_how(nowhere):
    with pytest.raises(
        InputError, match=r"etth1: is not on this machine.*fourfold data fetch etth1"
    ) as caught:
        locate("etth1")
    assert "$FOURFOLD_DATA/timeseries/ETT" in str(caught.value)
    assert str(nowhere / "cache") in str(caught.value)


def test_empty_variable_is_as_good_as_none(nowhere, monkeypatch):
    monkeypatch.setenv("FOURFOLD_DATA", "")
    with pytest.raises(InputError, match="not on this machine"):
        locate("etth1")


def test_benchmark_folder_comes_before_the_cache(nowhere, monkeypatch):
    cached = cache_folder(read_card("etth1"))
    cached.mkdir(parents=True)
    (cached / "ETTh1.csv").write_text("date,OT\n2016-07-01 00:00:00,1.5\n2016-07-01 01:00:00,\n")
    assert locate("etth1") == (cached / "ETTh1.csv",)
    frame = read_dataset("etth1")
    assert frame.to_dict("records") == [{"unique_id": "OT", "ds": pd.Timestamp("2016-07-01"), "y": 1.5}]
    folder = nowhere / "sets" / "timeseries" / "ETT"
    folder.mkdir(parents=True)
    with gzip.open(folder / "ETTh1.csv.gz", "wt") as file:
        file.write("date,OT\n2016-07-01 00:00:00,2.5\n")
    monkeypatch.setenv("FOURFOLD_DATA", str(nowhere / "sets"))
    assert locate("etth1") == (folder / "ETTh1.csv.gz",)
    assert read_dataset("etth1")["y"].tolist() == [2.5]
    assert fetch("etth1") == locate("etth1")


def test_a_set_with_one_file_missing_is_absent(nowhere):
    card = read_card("beijing-air-quality")
    folder = cache_folder(card)
    folder.mkdir(parents=True)
    for file in card.files[1:]:
        (folder / file.name).write_text("")
    with pytest.raises(InputError, match="not on this machine"):
        locate(card.name)


@pytest.mark.slow
@pytest.mark.parametrize("card", BENCHMARKS, ids=lambda card: card.name)
def test_benchmark_sets_match_their_cards(benchmark_data, card):
    try:
        paths = locate(card.name)
    except InputError:
        pytest.skip(f"{card.name} is not in $FOURFOLD_DATA")
    for path, file in zip(paths, card.files, strict=True):
        assert matches_checksum(path, file)
    frame = read_dataset(card.name)
    steps, series = card.shape
    assert (frame["ds"].nunique(), frame["unique_id"].nunique()) == (steps, series)
    assert np.isfinite(frame["y"]).all()
    axis = pd.date_range(frame["ds"].min(), frame["ds"].max(), freq=card.freq)
    assert len(axis) == steps
