"""Notes about the input point at the line that brought it."""

import pandas as pd
import pytest
from fourfold.domains.graphs.signals.reading import read_signals
from fourfold.shared.errors import InputError, InputWarning, note
from fourfold.shared.panels.reading import read_panel


def test_a_note_shows_the_line_of_whoever_called() -> None:
    hours = pd.date_range("2026-01-01", periods=48, freq="h")
    frame = pd.DataFrame({"unique_id": "a", "ds": hours, "sold": 1.0})
    with pytest.warns(InputWarning, match="the target is read from 'sold'") as told:
        read_panel(frame)
    wide = pd.DataFrame({"a": 1.0, "b": float("nan")}, index=hours)
    with pytest.warns(InputWarning, match="holds no value at all") as deeper:
        read_signals(wide, missing="mask")
    with pytest.warns(InputWarning, match="by itself") as own:
        note("by itself")
    assert [one.filename for found in (told, deeper, own) for one in found] == [__file__] * 3


def test_a_problem_comes_back_from_its_fields() -> None:
    told = InputError("y", "is text", where="line 3", expected="a number", remedy="Correct it")
    again = InputError.from_dict(told.as_dict())
    assert (str(again), again.as_dict()) == (str(told), told.as_dict())
    assert str(InputError.from_dict({"field": "y", "problem": "is text"})) == "y: is text."
    with pytest.raises(KeyError):
        InputError.from_dict({"field": "y"})
