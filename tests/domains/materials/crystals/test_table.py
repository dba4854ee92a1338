"""Tables of crystals: what is wrong with a table is an error, what is wrong with a row is a row."""

import re

import numpy as np
import pandas as pd
import pytest
from example_crystals import one_atom, perovskite, salt
from fourfold.domains.materials.crystals.reading import read_crystals, read_with_report
from fourfold.domains.materials.crystals.table_rows import read_rows
from fourfold.shared.errors import InputError, InputErrors, InputWarning
from pymatgen.io.cif import CifWriter


@pytest.fixture
def frame():
    structures = [salt(), perovskite(), one_atom()]
    cifs = [str(CifWriter(structure)) for structure in structures]
    return pd.DataFrame(
        {"material_id": ["007", "b", "c"], "cif": cifs, "gap": [5.0, 3.2, 0.0], "name": list("xyz")}
    )


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "feather", "parquet"])
def test_every_kind_of_table(frame, tmp_path, ending):
    path = tmp_path / f"table.{ending}"
    if ending.startswith("csv"):
        frame.to_csv(path, index=False)
    else:
        getattr(frame, f"to_{ending}")(path)
    crystals = read_crystals(path, properties=["gap"])
    assert crystals.ids == ("007", "b", "c")
    assert crystals.counts.tolist() == [8, 5, 1]
    assert crystals.properties["gap"].tolist() == [5.0, 3.2, 0.0]


def test_a_data_frame_and_no_names(frame):
    crystals = read_crystals(frame.drop(columns="material_id"))
    assert crystals.ids == ("0", "1", "2")
    assert dict(crystals.properties) == {}


def test_bad_rows_are_told_one_by_one_and_skipped(frame):
    frame.loc[0, "cif"] = "garbage"
    frame.loc[1, "cif"] = frame.loc[1, "cif"].replace("3.90000000", "-3.90000000", 1)
    with pytest.warns(InputWarning) as told:
        crystals = read_crystals(frame, properties=["gap"])
    assert crystals.ids == ("c",)
    assert crystals.properties["gap"].tolist() == [0.0]
    lines = str(told[0].message).splitlines()
    assert lines[0] == "2 of 3 crystals skipped:"
    assert "cif at 007: cannot be read" in lines[1]
    assert "lattice at b: axis a is -3.9 angstrom" in lines[2]
    assert len(told) == 1


def test_the_report_has_the_same_as_values(frame):
    frame.loc[2, "cif"] = ""
    reading = read_with_report(frame)
    assert list(reading.skipped) == ["c"]
    assert reading.skipped["c"].as_dict()["problem"] == "is empty"
    assert reading.table().startswith("1 of 3 crystals skipped:\n  cif at c: is empty")


def test_a_row_without_text_is_a_bad_row(frame):
    frame["cif"] = [None, float("nan"), frame.loc[2, "cif"]]
    assert list(read_with_report(frame).skipped) == ["007", "b"]


def test_when_every_row_is_bad(frame):
    frame["cif"] = "garbage"
    with pytest.raises(InputErrors) as told:
        read_crystals(frame)
    assert len(told.value.problems) == 3


def test_what_was_changed_is_told(frame):
    frame.loc[2, "cif"] = str(CifWriter(one_atom(symbol="H"))).replace("  H  H0", "  D  D0")
    with pytest.warns(InputWarning, match=r"not quite as they stand:\n(.|\n)*  c: D read as H"):
        crystals = read_crystals(frame)
    assert crystals.numbers[-1] == 1


def test_a_name_given_twice_is_that_of_the_first(frame, tmp_path):
    frame["material_id"] = ["a", "b", "a"]
    reading = read_with_report(frame)
    assert reading.crystals.ids == ("a", "b")
    said = "material_id at table, row 2: is not unique: a is in row 0 already. Give each"
    assert [str(problem)[: len(said)] for problem in reading.skipped.values()] == [said]
    for name in ("t.csv", "t.csv.gz"):
        frame.to_csv(tmp_path / name, index=False)
        assert read_crystals_lines(tmp_path / name) == [1 + rows_before(frame, 2), 2]


def rows_before(frame, row):
    """Lines of the header and of the rows before one; a CIF's end of line closes no line in its quotes."""
    return 1 + sum(text.count("\n") + 1 for text in frame["cif"][:row])


def read_crystals_lines(path):
    """The two lines that the report names."""
    (told,) = read_with_report(path).skipped.values()
    return [int(number) for number in re.findall(r"line (\d+)", str(told))]


def test_a_name_left_out(frame):
    frame["material_id"] = ["a", None, "c"]
    reading = read_with_report(frame)
    assert reading.crystals.ids == ("a", "c")
    assert "material_id at table, row 1: is empty; expected a name" in reading.table()


def test_a_missing_column(frame):
    with pytest.raises(
        InputError, match=r"gpa: is no column of table; expected one of gap, name. Did you mean gap"
    ):
        read_crystals(frame, properties=["gpa"])
    with pytest.raises(
        InputError, match=r"cif: is no column of table; expected one of material_id, CIF.* Rename CIF to cif"
    ):
        read_crystals(frame.rename(columns={"cif": "CIF"}))


def test_a_column_without_a_number(frame):
    with pytest.raises(
        InputError,
        match=r"name at table, row 0 \(007\): is 'x', and 2 more, with no number.*; expected a fin",
    ):
        read_crystals(frame, properties=["name"])


def test_values_that_are_no_numbers_are_told_row_by_row(frame, tmp_path):
    reading = read_with_report(frame.assign(gap=[1.0, np.inf, 2.0]), properties=["gap"])
    assert reading.crystals.ids == ("007", "c")
    assert str(reading.skipped["b"]).startswith("gap at table, row 1 (b): is inf; expected a finite number")
    frame.assign(gap=["1.2 eV", "2", "-Infinity"]).to_csv(tmp_path / "t.csv", index=False)
    reading = read_with_report(tmp_path / "t.csv", properties=["gap"])
    assert reading.crystals.properties["gap"].tolist() == [2.0]
    assert list(reading.skipped) == ["007", "c"]
    assert "gap at t.csv, line 2 (007): is '1.2 eV'; expected a finite number" in reading.table()
    assert f"gap at t.csv, line {rows_before(frame, 2) + 1} (c): is '-Infinity'" in reading.table()


def test_a_column_that_is_there_twice(frame, tmp_path):
    for name in ("cif", "gap", "material_id"):
        twice = pd.concat([frame, frame[[name]]], axis=1)
        twice.to_csv(tmp_path / "t.csv", index=False)
        for source, called in ((twice, "table"), (tmp_path / "t.csv", "t.csv")):
            with pytest.raises(
                InputError, match=f"{name}: is the name of 2 columns of {called}; expected one"
            ):
                read_crystals(source, properties=["gap"])


@pytest.mark.parametrize(("delimiter", "told"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_another_delimiter_is_read_and_told(frame, tmp_path, delimiter, told):
    frame.loc[1, "cif"] = "garbage"
    frame.to_csv(tmp_path / "t.csv", index=False, sep=delimiter)
    with pytest.warns(InputWarning, match=f"t.csv is read with a {told} between columns"):
        reading = read_with_report(tmp_path / "t.csv", properties=["gap"])
    assert reading.crystals.ids == ("007", "c")


def test_a_row_of_two_crystals_gives_the_first_and_says_so(frame):
    frame.loc[1, "cif"] += frame.loc[0, "cif"]
    with pytest.warns(InputWarning, match="b: the text holds 2 crystals, of which the first is read"):
        assert read_crystals(frame).counts.tolist() == [8, 5, 1]


def test_an_unknown_value_is_nan(frame, tmp_path):
    frame.assign(gap=["5.0", "", "0"]).to_csv(tmp_path / "t.csv", index=False)
    values = read_crystals(tmp_path / "t.csv", properties=["gap"]).properties["gap"]
    np.testing.assert_array_equal(values, [5.0, np.nan, 0.0])


def test_a_table_that_is_none(tmp_path, frame):
    with pytest.raises(InputError, match="is not there"):
        read_crystals(tmp_path / "no.csv")
    (tmp_path / "t.parquet").write_text("no parquet")
    with pytest.raises(InputError, match="cannot be read"):
        read_crystals(tmp_path / "t.parquet")
    (tmp_path / "e.csv").write_text("")
    with pytest.raises(InputError, match="cannot be read"):
        read_crystals(tmp_path / "e.csv")
    with pytest.raises(InputError, match="holds no crystal"):
        read_crystals(frame.iloc[:0])


@pytest.mark.slow
def test_processes_read_what_one_reads(frame):
    """Rows that pymatgen must read, bad ones among them, in two processes."""
    texts = [text.replace("_cell_volume", "_other 1\n_cell_volume") for text in frame["cif"]] * 60
    texts[7], texts[100] = "garbage", texts[100].replace("  Na0", "  D0").replace("  Na  ", "  D  ")
    names = [f"row {i}" for i in range(len(texts))]
    one, two = (read_rows(texts, names, workers=workers) for workers in (1, 2))
    for a, b in zip(one, two, strict=True):
        assert str(a.problem) == str(b.problem)
        assert a.notes == b.notes
        if a.crystal is not None:
            np.testing.assert_array_equal(a.crystal.frac, b.crystal.frac)
    assert [i for i, row in enumerate(two) if row.problem] == [7]


def test_workers_are_counted(frame):
    with pytest.raises(InputError, match="workers: is 0; expected 1 or more"):
        read_crystals(frame, workers=0)
