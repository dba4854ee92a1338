"""CSV files: dialects that are read, and mistakes that are named line by line."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold.shared.errors import InputError, InputErrors, InputWarning
from fourfold.shared.panels.csv_diagnosis import LISTED
from fourfold.shared.panels.reading import read_panel

SOUND = [f"a,2024-01-01 {hour:02d}:00,{hour}.5" for hour in range(24)]
HEADER = "unique_id,ds,y"
MISTAKES = {
    1: ("a,2024-01-01 01:00,abc", "y", "'abc' is not a number"),
    3: ("a,2024-01-32 03:00,3", "ds", "'2024-01-32 03:00' is not a date"),
    4: ("a,2024-01-01 04:00", "bad.csv", "2 fields instead of 3"),
    5: ("a,2024-01-01 05:00,5,6", "bad.csv", "4 fields instead of 3"),
    6: ("a,2024-01-01 06:00,inf", "y", "infinite"),
    8: (",2024-01-01 08:00,7", "unique_id", "id is empty"),
    9: ("a,2024-01-01 00:00,8", "unique_id, ds", "already on line 2"),
    11: ("a,2024-01-01 11:00,1e400", "y", "too large"),
    12: ('a,2024-01-01 12:00,"1,234.5"', "y", "thousands separator"),
    14: ('a,2024-01-01 14:00,"1,5"', "y", "decimal comma"),
    15: ("a,2024-01-01 15:00,", "y", "missing"),
    16: ("a,,4", "ds", "time is missing"),
    17: ("a,2024-01-01 17:00,12 kW", "y", "unit"),
}


def write(tmp_path: Path, lines: list[str], name: str = "bad.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def refused(path: Path, **options) -> InputError:
    with pytest.raises(InputError) as caught:
        read_panel(path, **options)
    return caught.value


def test_each_mistake_gets_its_message(tmp_path: Path) -> None:
    lines = list(SOUND)
    for place, (line, _, _) in MISTAKES.items():
        lines[place] = line
    error = refused(write(tmp_path, [HEADER, *lines]))
    assert isinstance(error, InputErrors) and len(error.problems) == len(MISTAKES) >= 10
    for problem, (place, (_, field, words)) in zip(error.problems, MISTAKES.items(), strict=True):
        assert problem.where == f"line {place + 2}"
        assert problem.field == field
        assert words in problem.problem
        assert problem.expected and problem.remedy
    assert len(str(error).splitlines()) == len(MISTAKES)


@pytest.mark.parametrize("place", MISTAKES)
def test_one_mistake_alone_is_found(tmp_path: Path, place: int) -> None:
    lines = list(SOUND)
    lines[place] = MISTAKES[place][0]
    error = refused(write(tmp_path, [HEADER, *lines]))
    assert isinstance(error, InputErrors) and len(error.problems) == 1
    assert error.where == f"line {place + 2}" and MISTAKES[place][2] in error.problem


def test_many_mistakes_are_counted(tmp_path: Path) -> None:
    lines = [HEADER, *(f"a,2024-01-01 {hour:02d}:00,x{hour}" for hour in range(24)), *SOUND]
    error = refused(write(tmp_path, lines))
    assert isinstance(error, InputErrors) and len(error.problems) == LISTED + 1
    assert "more mistakes" in error.problems[-1].problem


def test_wide_files_name_the_column(tmp_path: Path) -> None:
    lines = ["date,north,south", *(f"2024-01-{day:02d},{day},{-day}" for day in range(1, 20))]
    lines[4] = "2024-01-04,x,5"
    error = refused(write(tmp_path, lines))
    assert (error.field, error.where) == ("north", "line 5")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([""], "empty"),
        ([HEADER], "no rows"),
        (SOUND, "header is missing"),
        (["ds,y,y", "2024-01-01,1,2"], "two columns"),
        ([HEADER, *(line.replace("2024", "x") for line in SOUND)], "is not a date"),
    ],
)
def test_files_without_header_or_rows(tmp_path: Path, lines: list[str], words: str) -> None:
    assert words in str(refused(write(tmp_path, lines)))


def test_bytes_that_are_no_text_name_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, [HEADER, *(line.replace("a,", "Ä,") for line in SOUND)], encoding="latin-1")
    error = refused(path)
    assert error.where == "line 2" and "UTF-8" in (error.expected or "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_no_part_of_the_header(tmp_path: Path, encoding: str) -> None:
    panel = read_panel(write(tmp_path, [HEADER, *SOUND], encoding=encoding))
    assert panel.series == ("a",) and panel.n_steps == 24


@pytest.mark.parametrize(("sign", "word"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_other_delimiters_are_read_and_told(tmp_path: Path, sign: str, word: str) -> None:
    path = write(tmp_path, [line.replace(",", sign) for line in [HEADER, *SOUND]])
    with pytest.warns(InputWarning, match=f"read with a {word}"):
        panel = read_panel(path)
    assert panel.values[2, 0] == 2.5


def test_decimal_commas_throughout_are_read_and_told(tmp_path: Path) -> None:
    lines = [line.replace(",", ";").replace(".", ",") for line in [HEADER, *SOUND]]
    with pytest.warns(InputWarning, match="decimal comma"):
        panel = read_panel(write(tmp_path, lines))
    np.testing.assert_array_equal(panel.values[:, 0], np.arange(24) + 0.5)


def test_blanks_around_cells_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    lines = [HEADER.replace(",", " , "), "", *(line.replace(",", " , ") for line in SOUND), ""]
    panel = read_panel(write(tmp_path, lines))
    assert panel.series == ("a",) and panel.values[3, 0] == 3.5


def test_ids_stay_what_they_are(tmp_path: Path) -> None:
    lines = [line.replace("a,", "007,") for line in SOUND] + [line.replace("a,", "NAM,") for line in SOUND]
    assert read_panel(write(tmp_path, [HEADER, *lines])).series == ("007", "NAM")


def test_empty_values_are_masked_on_request(tmp_path: Path) -> None:
    lines = list(SOUND)
    lines[5] = "a,2024-01-01 05:00,"
    panel = read_panel(write(tmp_path, [HEADER, *lines]), missing="mask")
    assert panel.observed.sum() == 23 and not panel.observed[5, 0]


def test_the_hour_the_clock_goes_back_asks_for_offsets(tmp_path: Path) -> None:
    local = pd.date_range("2023-10-28", periods=60, freq="h", tz="Europe/Berlin").tz_localize(None)
    path = tmp_path / "night.csv"
    pd.DataFrame({"unique_id": "a", "ds": local.astype(str), "y": 1.0}).to_csv(path, index=False)
    with pytest.raises(InputError, match=r"02:00:00 is already on line.*UTC offset") as caught:
        read_panel(path, timezone="Europe/Berlin")
    assert "dedupe" not in str(caught.value)
    with pytest.raises(InputError, match=r"--dedupe first"):
        read_panel(path)


def test_a_header_beyond_the_beginning_is_read_whole(tmp_path: Path) -> None:
    names = [f"sensor-{number:05d}" for number in range(8_000)]
    values = np.arange(8_000.0)
    rows = [",".join([f"2024-01-{day:02d}", *map(str, values + day)]) for day in range(1, 5)]
    path = write(tmp_path, [",".join(["ds", *names]), *rows], "wide.csv")
    assert path.read_text().index("\n") > 65_536
    panel = read_panel(path)
    assert panel.values.shape == (4, 8_000)
    np.testing.assert_array_equal(panel.values[0], values + 1)


def test_two_columns_of_one_name_are_found_among_many(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(20_000)]
    told = refused(write(tmp_path, [",".join(["ds", *names, "c77"]), "2024-01-01," + "1," * 20_000 + "1"]))
    assert (told.field, told.problem) == ("c77", "two columns have this name")


def test_one_cell_without_end_is_no_header(tmp_path: Path) -> None:
    assert "field larger than field limit" in refused(write(tmp_path, ["x" * 200_000, "1"])).problem


DAYS = [f"2024-01-{day:02d}" for day in range(1, 20)]


@pytest.mark.parametrize(
    ("header", "row", "told", "series"),
    [
        (",ds,a,b", "{n},{day},{n}.5,7", "column 1 has no name and is left out", ("a", "b")),
        ("ds,a,", "{day},{n}.5,7", "column 3 has", ("a",)),
        ("ds,a,", "{day},{n}.5,", "column 3 has", ("a",)),
        (",ds,a,", "{n},{day},{n}.5,7", "columns 1, 4 have no name and are left out", ("a",)),
        (",unique_id,ds,y", "{n},x,{day},{n}.5", "column 1 has", ("x",)),
        (",when,a", "{day},{day},{n}.5", "column 1 has", ("a",)),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_columns_without_a_name_are_left_out(
    tmp_path: Path, header: str, row: str, told: str, series: tuple[str, ...], encoding: str
) -> None:
    path = write(
        tmp_path, [header, *(row.format(n=n, day=day) for n, day in enumerate(DAYS))], "t.csv", encoding
    )
    with pytest.warns(InputWarning, match=f"t.csv: {told}"):
        panel = read_panel(path, time_col="when" if "when" in header else "ds")
    assert panel.series == series and (panel.values[:, 0] == np.arange(19) + 0.5).all()


def test_mistakes_beside_a_column_without_a_name_keep_their_line(tmp_path: Path) -> None:
    lines = ["", ",unique_id,ds,y", *(f"{n},a,{day},{n}" for n, day in enumerate(DAYS))]
    lines[7] = lines[7][:-1] + "x"
    with pytest.warns(InputWarning, match="column 1"):
        assert refused(write(tmp_path, lines)).where == "line 8"


def test_dates_without_a_name_are_the_time(tmp_path: Path) -> None:
    path = write(tmp_path, [",a,b", *(f"{day},{n},7" for n, day in enumerate(DAYS))])
    with pytest.warns(InputWarning, match="time is read from"):
        assert read_panel(path).series == ("a", "b")


@pytest.mark.parametrize(
    ("cells", "remedies"),
    [
        (["22,952", "21,6", "23,963"], ["Replace the comma"] * 3),
        (["22,952", "0,952", "1"], ["Replace the comma"] * 2),
        (["22,952", "21", "23,963"], ["Remove the commas if they .*, replace them with points if "] * 2),
        (["22,952,111", "1.234,5", "7"], ["Remove the separators of thousands, and write decimals "] * 2),
    ],
)
def test_a_column_tells_what_its_commas_set_off(
    tmp_path: Path, cells: list[str], remedies: list[str]
) -> None:
    lines = ["ds,a", *(f'{day},"{cell}"' for day, cell in zip(DAYS, cells, strict=False))]
    error = refused(write(tmp_path, lines))
    assert isinstance(error, InputErrors) and len(error.problems) == len(remedies)
    for problem, remedy in zip(error.problems, remedies, strict=True):
        assert re.match(remedy, problem.remedy or "")


def test_seconds_since_1970_are_told(tmp_path: Path) -> None:
    lines = ["ds,y", *(f"{1709251200 + 3600 * n},{n}" for n in range(19))]
    error = refused(write(tmp_path, lines))
    assert error.field == "ds" and "seconds since 1970" in error.problem
    assert error.expected == "dates such as 2024-03-01 00:00:00" and "as dates" in (error.remedy or "")
    lines = ["ds,y", *(f"{day},1" for day in DAYS[:5]), *lines[1:]]
    error = refused(write(tmp_path, lines))
    assert error.where == "line 7" and error.expected == "a date such as 2024-01-01"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\xfd", "is not UTF-16"),
        (b"\x80\x81\x82", "is not UTF-8"),
        (b"ds,y\n2026-01-01,\xff\n", "is not UTF-8"),
    ],
)
def test_bytes_that_are_no_text_are_told(tmp_path, content, words):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_panel(tmp_path / "t.csv")
