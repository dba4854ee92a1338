import sys

import pytest
from fourfold.shared.progress import progress, waiting


def test_nothing_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(3, "rows") as done, waiting("slow"):
        done(1)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_what_is_done_and_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress(3, "rows read") as done:
        done(2)
    with progress(3, "few rows", least=4) as done:
        done(2)
    with waiting("a [b] is made"):
        pass
    shown = capsys.readouterr()
    assert "rows read" in shown.err and "3/3" in shown.err and "few" not in shown.err
    assert shown.out == ""
