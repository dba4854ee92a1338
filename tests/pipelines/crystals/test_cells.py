"""Cells as markup: what the script is given, and what those hear who do not see it."""

import json
import re

import numpy as np
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.pipelines.crystals.cells import SCRIPT, CellLabel, cell_data, cells
from fourfold.pipelines.crystals.element_styles import element_style

PEROVSKITE = Crystals(
    np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]),
    np.array([38, 22, 8, 8, 8], np.int32),
    np.array([[3.9, 3.9, 3.9]]),
    np.array([[90.0, 90.0, 90.0]]),
    np.array([0, 5]),
    ("mp-1 <&>",),
)


def test_the_script_is_given_the_crystal() -> None:
    data = json.loads(cell_data(PEROVSKITE))
    assert data["symbols"] == ["Sr", "Ti", "O"]
    assert [atom[0] for atom in data["atoms"]] == [0, 1, 2, 2, 2]
    np.testing.assert_allclose(data["lattice"], 3.9 * np.eye(3), atol=1e-4)
    assert data["radii"] == [2.0, 1.4, 0.6]


def test_a_cell_has_words_for_those_who_do_not_see_it() -> None:
    text = cells(PEROVSKITE, [CellLabel("SrTiO3", ("Pm-3m",), "not valid in structure")])
    (alt,) = re.findall(r'aria-label="([^"]+)"', text)
    assert alt.startswith("Cell of SrTiO3: 5 atoms of Sr, Ti, O in 3.90 × 3.90 × 3.90 Å")
    assert 'tabindex="0"' in text and 'role="img"' in text
    assert 'download="mp-1____.cif"' in text and "not valid in structure" in text
    assert "<&>" not in text


def test_every_element_has_a_look() -> None:
    styles = [element_style(number) for number in range(1, 101)]
    assert len({style.symbol for style in styles}) == 100
    assert all(0.2 <= style.radius <= 3 and all(0 <= x <= 255 for x in style.colour) for style in styles)
    assert element_style(8).colour == (255, 13, 13)


def test_the_script_reaches_for_nothing_outside() -> None:
    assert not re.search(r"https?:|fetch|import |XMLHttp|eval\(", SCRIPT)
    assert "</script" not in SCRIPT
    for key in ("ArrowLeft", "ArrowUp", "pointermove", "prefers-color-scheme"):
        assert key in SCRIPT
