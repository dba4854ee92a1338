"""Plain columns become the very panel that a data frame of them becomes, or are left to its reader."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.panels import plain_reading, table_limit
from fourfold.shared.panels.long_frame import to_long
from fourfold.shared.panels.long_reading import LongColumns
from fourfold.shared.panels.panel import Panel
from fourfold.shared.panels.plain_reading import read_plain
from fourfold.shared.panels.read_options import ReadOptions
from fourfold.shared.panels.reading import read_panel
from hypothesis import given, settings
from hypothesis import strategies as st

FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


def table(ids=("a",), steps=30, freq="h", form=FORMS[1], start="2026-03-01", values=None) -> dict[str, list]:
    times = list(pd.date_range(start, periods=steps, freq=freq).strftime(form))
    values = [0.5 * place for place in range(steps * len(ids))] if values is None else values
    return {"unique_id": [name for name in ids for _ in times], "ds": times * len(ids), "y": values}


def plainly(columns: dict[str, list], **options) -> Panel | None:
    return read_plain(columns, LongColumns(), ReadOptions(**options))


def same(plain: Panel | None, usual: Panel) -> None:
    assert plain is not None
    for field in dataclasses.fields(Panel):
        ours, theirs = getattr(plain, field.name), getattr(usual, field.name)
        if isinstance(theirs, np.ndarray):
            assert ours.dtype == theirs.dtype and ours.flags.c_contiguous
            np.testing.assert_array_equal(ours, theirs)
        elif isinstance(theirs, pd.Index):
            pd.testing.assert_index_equal(ours, theirs)
        elif field.name != "frame":
            assert ours == theirs
    assert plain.frame is not None and usual.frame is not None
    assert plain.frame.time_format == usual.frame.time_format
    assert (plain.frame.columns, plain.frame.dtypes) == (usual.frame.columns, usual.frame.dtypes)
    pd.testing.assert_index_equal(pd.Index(plain.frame.ids), usual.frame.ids)
    np.testing.assert_array_equal(plain.frame.row_time, usual.frame.row_time)
    assert plain.frame.row_time.dtype == usual.frame.row_time.dtype
    np.testing.assert_array_equal(plain.frame.row_series, usual.frame.row_series)
    pd.testing.assert_frame_equal(to_long(plain), to_long(usual))


@settings(max_examples=40, deadline=None)
@given(
    ids=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    steps=st.integers(3, 40),
    freq=st.sampled_from(["h", "15min", "D", "W-WED", "MS", "ME", "QS", "YS", "B", "12h", "10s"]),
    form=st.sampled_from(FORMS),
    start=st.sampled_from(["2026-03-01", "1999-12-31", "2024-02-29"]),
    seed=st.integers(0, 99),
    whole=st.booleans(),
)
def test_the_same_panel_as_by_way_of_a_frame(ids, steps, freq, form, start, seed, whole):
    if form == FORMS[0] and freq in ("h", "15min", "12h", "10s"):
        freq = "D"
    rng = np.random.default_rng(seed)
    drawn = rng.normal(0, 1e3, steps * len(ids))
    columns = table(
        ids, steps, freq, form, start, [int(value) for value in drawn] if whole else drawn.tolist()
    )
    same(plainly(columns), read_panel(pd.DataFrame(columns)))


@pytest.mark.parametrize(
    "change",
    [
        {"freq": "h"}, {"period": 7}, {"missing": "mask"}, {"missing": "seasonal"}, {"dedupe": "last"},
    ],
)  # fmt: skip
def test_options_count_as_they_do_there(change):
    same(plainly(table(), **change), read_panel(pd.DataFrame(table()), **change))


def test_columns_in_any_order_and_with_other_names_or_without_ids():
    columns = table(("b", "a"))
    turned = {name: columns[name] for name in ("y", "unique_id", "ds")}
    same(plainly(turned), read_panel(pd.DataFrame(turned)))
    alone = {name: table()[name] for name in ("ds", "y")}
    same(plainly(alone), read_panel(pd.DataFrame(alone)))
    named = {"shop": columns["unique_id"], "day": columns["ds"], "sold": columns["y"]}
    words = {"id_col": "shop", "time_col": "day", "target_col": "sold"}
    same(
        read_plain(named, LongColumns("shop", "day", "sold"), ReadOptions()),
        read_panel(pd.DataFrame(named), **words),
    )


def test_whole_and_broken_numbers_mixed():
    columns = table(steps=4, values=[1, 2.5, 3, 4])
    same(plainly(columns), read_panel(pd.DataFrame(columns)))


HOLE = table(steps=6)
NOT_PLAIN = {
    "a covariate": table() | {"price": [1.0] * 30},
    "no target": {name: table()[name] for name in ("unique_id", "ds")},
    "a gap": {name: column[:2] + column[3:] for name, column in HOLE.items()},
    "a step twice": {name: column + column[-1:] for name, column in HOLE.items()},
    "rows out of order": {name: column[::-1] for name, column in HOLE.items()},
    "series in turns": {"unique_id": ["a", "b"] * 15, "ds": table()["ds"], "y": table()["y"]},
    "series of unlike times": table(("a", "b"), 4) | {"ds": table(steps=8)["ds"]},
    "a series twice": table(("a", "b", "b"), 4),
    "a value missing": table(steps=3, values=[1.0, None, 2.0]),
    "a text": table(steps=3, values=[1.0, "x", 2.0]),
    "true": table(steps=3, values=[1.0, True, 2.0]),
    "NaN": table(steps=3, values=[1.0, float("nan"), 2.0]),
    "beyond float32": table(steps=3, values=[1.0, 1e39, 2.0]),
    "beyond 64 bits": table(steps=3, values=[1, 2**70, 2]),
    "long whole numbers among others": table(steps=3, values=[1.5, 2**60 + 1, 2]),
    "a time without seconds": table(form="%Y-%m-%d %H:%M"),
    "day first": table(form="%d/%m/%Y", freq="D"),
    "zones": table(form="%Y-%m-%dT%H:%M:%SZ"),
    "no such day": table(steps=3, freq="D") | {"ds": ["2026-02-28", "2026-02-29", "2026-02-30"]},
    "two forms": table(steps=3, freq="D") | {"ds": ["2026-02-01", "2026-02-02 00:00:00", "2026-02-03"]},
    "whole numbers as times": table(steps=3) | {"ds": [1, 2, 3]},
    "a time missing": table(steps=3) | {"ds": [None, "2026-02-02", "2026-02-03"]},
    "digits of another script": table(steps=2, freq="D") | {"ds": ["2026-0٢-01", "2026-0٢-02"]},
    "an id that is a number": table() | {"unique_id": [1] * 30},
    "an id missing": table() | {"unique_id": ["a"] * 29 + [None]},
    "an empty id": table(("",)),
    "an empty id later": table(("a", "")),
    "half a character": table(("\ud800",)),
    "one row": table(steps=1),
    "no rows": {"unique_id": [], "ds": [], "y": []},
    "off the grid": table(steps=3, form=FORMS[1])
    | {"ds": ["2026-02-01 00:00:00", "2026-02-01 01:00:00", "2026-02-01 01:30:00"]},
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_PLAIN)
def test_all_else_is_left_to_the_reader_of_frames(case):
    assert plainly(NOT_PLAIN[case]) is None


def test_zones_covariates_and_seasonless_steps_are_left_too():
    assert plainly(table(), timezone="Europe/Berlin") is None
    assert read_plain(table(), LongColumns(past=("x",)), ReadOptions()) is None
    assert plainly(table(freq="7h")) is None  # no season; the reader says how to name one
    assert plainly(table(freq="7h"), period=3) is not None
    assert plainly(table(), freq="2h") is None


def test_the_room_is_required_as_there():
    with table_limit.at_most(20):
        assert plainly(table()) is None
        with pytest.raises(InputError, match="at most 20 cells"):
            plainly(table(("a", "b"), 15))


def test_an_axis_far_longer_than_the_table_is_not_even_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    def begun(*_: object) -> None:
        raise AssertionError("an axis was made")

    monkeypatch.setattr(plain_reading, "make_axis", begun)
    wide = table(steps=3, freq="D") | {"ds": ["2026-01-01", "2026-01-02", "2026-08-01"]}
    assert plainly(wide) is None
    assert plainly(table(steps=30, freq="D"), freq="s") is None
