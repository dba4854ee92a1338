"""How the page is used: by keys, on a phone, in the dark, with a token, and by its own small tools."""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from driving import answers, open_view, press, wide

pytestmark = pytest.mark.slow
VIEWS = ("forecast", "network", "sound", "crystals", "runs")


def test_tabs_by_keys(desk):
    open_view(desk, "forecast")
    desk.focus("#tab-forecast")
    for key, view in (
        ("ArrowRight", "network"),
        ("End", "runs"),
        ("ArrowRight", "forecast"),
        ("ArrowLeft", "runs"),
        ("Home", "forecast"),
    ):
        desk.keyboard.press(key)
        assert desk.evaluate("document.activeElement.id") == f"tab-{view}"
        assert desk.locator("[role=tabpanel]:visible").get_attribute("id") == view
        assert desk.evaluate("location.hash") == f"#{view}"
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    ring = "getComputedStyle(document.activeElement).outlineStyle"
    assert desk.evaluate(ring) == "solid"


def test_everything_that_is_filled_in_has_a_label(desk):
    open_view(desk, "forecast")
    nameless = """[...document.querySelectorAll('input, select, button, a')]
        .filter(one => !one.labels?.length && !one.getAttribute('aria-label') && !one.textContent.trim())
        .map(one => one.outerHTML)"""
    assert desk.evaluate(nameless) == []
    names = desk.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(names) == len(set(names))


def test_a_phone_shows_every_view_without_sideways_scrolling(phone, shots):
    paper = set()
    for view in VIEWS:
        open_view(phone, view)
        if view in ("forecast", "network"):
            press(phone, view, ".sample")
            phone.wait_for_selector(f"#{view} .fan canvas")
        assert wide(phone) == 0, view
        phone.screenshot(path=shots / f"phone-{view}.png")
        paper.add(phone.evaluate("getComputedStyle(document.body).backgroundColor"))
        box = phone.locator("[role=tablist]").bounding_box()
        assert (box["x"], box["width"]) == (0, 360)
    assert paper == {"rgb(16, 18, 22)"}


def test_colours_are_chosen_and_kept(desk, shots):
    open_view(desk, "forecast")
    press(desk, "forecast", ".sample")
    paper = "getComputedStyle(document.body).backgroundColor"
    bright = desk.evaluate(paper)
    desk.click("#theme")
    assert desk.evaluate(paper) == bright
    desk.click("#theme")
    dark = desk.evaluate(paper)
    assert dark == "rgb(16, 18, 22)" != bright
    desk.screenshot(path=shots / "forecast-dark.png", full_page=True)
    desk.reload()
    assert desk.evaluate(paper) == dark


def test_a_token_is_asked_for_and_kept_for_the_session(desk):
    sent = []

    def guard(route):
        token = route.request.headers.get("authorization")
        sent.append(token)
        if token == "Bearer open-sesame-123456":
            route.continue_()
        else:
            route.fulfill(status=401, json={"detail": "a token is needed", "errors": []})

    desk.route("**/v1/**", guard)
    desk.goto("/")
    desk.wait_for_selector("#token-form:visible")
    assert desk.inner_text("#server-state") == "token needed"
    desk.fill("#token", "open-sesame-123456")
    desk.press("#token", "Enter")
    desk.wait_for_selector("#server-state.ready")
    assert desk.evaluate("sessionStorage.length === 1 && localStorage.length === 0")
    desk.reload()
    desk.wait_for_selector("#server-state.ready")
    assert sent[0] is None and sent[-1] is not None
    assert all("401" in said for said in desk.complaints)
    desk.complaints.clear()


def test_the_fourier_transform_is_numpy_s(desk):
    desk.goto("/")
    samples = np.random.default_rng(0).normal(size=256)
    code = "(power => { module.fourier(256)(given, power); return [...power]; })(new Float64Array(129))"
    found = answers(desk, "sound/fft.js", code, samples.tolist())
    np.testing.assert_allclose(found, np.abs(np.fft.rfft(samples)) ** 2, rtol=1e-9)


def test_archives_and_tables_are_read_and_written(desk):
    desk.goto("/")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cif/a.cif", "ä" * 500)
        archive.writestr("b.txt", "left out")
    code = "[...await module.unzipped(new Blob([new Uint8Array(given)]), name => name.endsWith('.cif'))]"
    assert answers(desk, "crystals/zip.js", code, list(packed.getvalue())) == [["cif/a.cif", "ä" * 500]]
    text = '\ufeffname;y\r\n"a ""b""; c";1\r\n'
    assert answers(desk, "csv.js", "module.parseCSV(given)", text) == {
        "heads": ["name", "y"],
        "rows": [['a "b"; c', "1"]],
    }
    assert answers(desk, "csv.js", "module.writeCSV(['a'], [['x,\"y\"'], [null]])") == 'a\n"x,""y"""\n\n'


def test_errors_are_counted_as_the_suite_does(desk):
    from fourfold.shared.forecasting.metrics import seasonal_naive_scale

    desk.goto("/")
    draws = np.random.default_rng(1)
    history, actual, point = draws.normal(size=96), draws.normal(size=24), draws.normal(size=24)
    hours = (3600 * np.arange(120)).tolist()
    given = {
        "history": {"times": hours[:96], "values": history.tolist(), "step": 3600},
        "actual": {"times": hours[96:], "values": actual.tolist()},
        "forecast": {"times": hours[96:], "point": point.tolist(), "bands": []},
    }
    found = answers(
        desk, "forecast/scores.js", "module.scoresOf(given.history, given.actual, given.forecast)", given
    )
    (scale,) = seasonal_naive_scale(history[:, None], np.ones((96, 1), bool), 24)
    np.testing.assert_allclose(found["mase"], np.abs(actual - point).mean() / scale, rtol=1e-6)


def test_a_cell_shows_the_atoms_of_all_its_corners(desk):
    desk.goto("/")
    sites = [("Sr", [0.3, 0.3, 0.3]), ("Ti", [0.8, 0.8, 0.8])]
    sites += [("O", [0.8 - 0.5 * (axis == n) for axis in range(3)]) for n in range(3)]
    cell = {"lengths": [3.9] * 3, "angles": [90] * 3, "sites": [{"element": e, "frac": f} for e, f in sites]}
    one = answers(desk, "crystals/cell.js", "module.fullCell(given).atoms.map(atom => atom.element)", cell)
    assert {element: one.count(element) for element in set(one)} == {"Sr": 8, "Ti": 1, "O": 6}
    eight = answers(
        desk, "crystals/cell.js", "module.fullCell(given, 2).atoms.map(atom => atom.element)", cell
    )
    assert eight.count("Sr") == 27 and eight.count("Ti") == 8
    bonds = answers(
        desk,
        "crystals/cell.js",
        "module.bondsOf(module.fullCell(given).atoms).map(two => two.map(one => one.element).sort().join())",
        cell,
    )
    assert bonds == ["O,Ti"] * 6
