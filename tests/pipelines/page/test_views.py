"""Every view in a real browser, against a real server: in, wait, look, out, and what goes wrong."""

import io
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from fourfold.pipelines.service.page_routes import FOLDER

sys.path.insert(0, str(Path(__file__).parent))
from driving import downloaded, drawn, open_view, picture, press, sentence

pytestmark = pytest.mark.slow
SAMPLES = FOLDER / "samples"
LEAST = 10_000
"""Characters of a canvas's data URL that holds a picture."""


def test_forecast_of_the_sample_and_of_a_file(desk, shots, tmp_path):
    open_view(desk, "forecast")
    press(desk, "forecast", ".sample")
    assert drawn(desk, "#forecast .fan canvas") > LEAST
    desk.wait_for_selector("#forecast .parts .part:nth-child(3) canvas")
    tiles = desk.locator("#forecast .tile").all_inner_texts()
    assert [tile.split("\n")[1] for tile in tiles][:2] == [
        "MASE of this series, season of 24",
        "its mean absolute error",
    ]
    desk.screenshot(path=shots / "forecast.png", full_page=True)
    before = picture(desk, "#forecast .fan canvas")
    desk.select_option("#forecast-series", "LGA temperature")
    desk.wait_for_function(
        "before => document.querySelector('#forecast .fan canvas').toDataURL() !== before", arg=before
    )
    name, content = downloaded(desk, "#forecast .download")
    table = pd.read_csv(io.BytesIO(content))
    assert name == "weather-forecast.csv"
    assert list(table.columns[:3]) == ["unique_id", "ds", "tempo-zero"]
    assert len(table) == 3 * 48 and table.notna().all(axis=None)
    assert (table["tempo-zero-lo-95"] <= table["tempo-zero-hi-50"]).all()

    wide = pd.DataFrame({"ds": pd.date_range("2026-01-01", periods=90), "shop": 5 + np.arange(90) % 7})
    wide.to_csv(tmp_path / "shop.csv", index=False)
    desk.set_input_files("#forecast-file", tmp_path / "shop.csv")
    desk.fill("#forecast-horizon", "14")
    desk.select_option("#forecast-model", "seasonal-naive")
    press(desk, "forecast", ".main")
    tiles = dict(reversed(tile.split("\n")) for tile in desk.locator("#forecast .tile").all_inner_texts())
    assert tiles["its mean absolute error"] == "0"
    assert "1 series, 90 rows" in desk.inner_text("#forecast .loaded")


def test_a_model_is_fine_tuned_on_the_table_and_compared(desk, tmp_path):
    open_view(desk, "forecast")
    noise = np.random.default_rng(0).normal(0, 0.2, 300)
    wide = pd.DataFrame(
        {"ds": pd.date_range("2026-01-01", periods=300), "shop": 5 + np.arange(300) % 7 + noise}
    )
    wide.to_csv(tmp_path / "shop.csv", index=False)
    desk.set_input_files("#forecast-file", tmp_path / "shop.csv")
    desk.fill("#forecast-horizon", "7")
    desk.select_option("#forecast-model", "seasonal-naive")
    assert desk.locator("#forecast .finetune").is_hidden()
    desk.select_option("#forecast-model", "tempo-zero")
    press(desk, "forecast", ".main")
    press(desk, "forecast", ".finetune")
    assert desk.input_value("#forecast-model").startswith("tempo-zero-")
    models = [text.split("\t")[0] for text in desk.locator("#forecast .tried tbody tr").all_inner_texts()]
    assert len(models) == 2 and "tempo-zero" in models


def test_forecast_says_what_is_wrong(desk, tmp_path):
    open_view(desk, "forecast")
    press(desk, "forecast", ".main")
    assert "Choose a table first" in sentence(desk, "forecast")
    times = pd.date_range("2026-01-01", periods=30).astype(str)
    for content, said in (
        ("a,b\n1,2\n", "has no column of times"),
        ("ds,y\n2026-01-01,1\n2026-01-02\n", "line 3, has 1 values"),
        ("", "holds no table"),
    ):
        desk.set_input_files("#forecast-file", _file(tmp_path, content))
        desk.wait_for_function(
            "said => document.querySelector('#forecast .notice.bad')?.textContent.includes(said)", arg=said
        )
    rows = [f"{day},{'inf' if number == 3 else number}" for number, day in enumerate(times)]
    desk.set_input_files("#forecast-file", _file(tmp_path, "\n".join(["ds,y", *rows])))
    desk.fill("#forecast-horizon", "5")
    press(desk, "forecast", ".main")
    assert "inf" in sentence(desk, "forecast")
    # The browser itself reports the refusal as a failed load; nothing else may be there.
    assert all("422" in said for said in desk.complaints)
    desk.complaints.clear()


def _file(folder: Path, content: str) -> Path:
    """A file of its own name: choosing the same path again is no change to a browser."""
    path = folder / f"bad-{len(list(folder.iterdir()))}.csv"
    path.write_text(content)
    return path


def test_network_of_the_sample(desk, shots):
    open_view(desk, "network")
    press(desk, "network", ".sample")
    assert desk.locator("#network .map .node").count() == 97
    assert drawn(desk, "#network .node-card canvas") > LEAST
    colours = "[...document.querySelectorAll('#network .node circle')].map(dot => dot.style.fill)"
    now = desk.evaluate(colours)
    assert len(set(now)) > 20
    desk.focus("#network-time")
    for _ in range(6):
        desk.keyboard.press("ArrowRight")
    assert "forecast, step 7" in desk.inner_text("#network .time output")
    assert desk.evaluate(colours) != now
    desk.locator("#network .node[data-name='203']").press("Enter")
    assert desk.inner_text("#network .node-card h2") == "Node 203"
    desk.screenshot(path=shots / "network.png", full_page=True)
    name, content = downloaded(desk, "#network .map-card .download")
    table = pd.read_csv(io.BytesIO(content))
    assert name == "network-forecast.csv" and len(table) == 97 * 12


def test_a_graph_is_drawn_and_its_network_trained_as_a_job(desk, shots):
    open_view(desk, "network")
    desk.click("#network .draw-new")
    box = desk.locator("#network .map svg").bounding_box()
    spots = [(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"]) for share in (0.3, 0.5, 0.7)]
    for spot in spots:
        desk.mouse.click(*spot)
    for start, end in pairwise(spots):
        desk.mouse.move(*start)
        desk.mouse.down()
        desk.mouse.move(*end, steps=4)
        desk.mouse.up()
    assert desk.inner_text("#network .loaded") == "3 nodes, 4 edges; no signals yet"
    desk.click("#network .add-node")
    desk.keyboard.press("Enter")
    desk.locator("#network .node[data-name='n3']").press("Enter")
    assert "4 nodes, 6 edges" in desk.inner_text("#network .loaded")
    press(desk, "network", ".simulate")
    desk.screenshot(path=shots / "network-drawn.png", full_page=True)
    desk.select_option("#network-model", "tts-imp")
    desk.fill("#network-epochs", "1")
    press(desk, "network", ".main")
    assert desk.locator("#network .notice.bad").all_inner_texts() == []
    assert desk.input_value("#network-model").startswith("tts-imp-")
    assert "forecast, step 1" in desk.inner_text("#network .time output")
    assert drawn(desk, "#network .node-card canvas") > LEAST
    open_view(desk, "runs")
    desk.wait_for_selector("#runs .job-list .job")
    assert "finetune, done" in desk.inner_text("#runs .job-list .job")


def test_sound_of_the_sample_higher(desk, shots):
    open_view(desk, "sound")
    desk.focus("#sound-pitch")
    for _ in range(5):
        desk.keyboard.press("ArrowRight")
    assert "+5 semitones" in desk.inner_text("#sound output[for=sound-pitch]")
    press(desk, "sound", ".sample")
    assert drawn(desk, "#sound .original .spectrogram") > LEAST
    assert drawn(desk, "#sound .copy .spectrogram") > LEAST
    assert picture(desk, "#sound .original .spectrogram") != picture(desk, "#sound .copy .spectrogram")
    assert "pitch × 1.33" in desk.inner_text("#sound .copy .facts")
    desk.screenshot(path=shots / "sound.png", full_page=True)
    desk.click("#sound .copy .play")
    desk.wait_for_function("document.querySelector('#sound .copy .play').textContent === 'Pause'")
    name, content = downloaded(desk, "#sound .copy .download")
    samples, rate = soundfile.read(io.BytesIO(content))
    assert name == "synthetic-voice-copy.wav"
    assert rate == 16_000 and len(samples) == 38_400 and np.abs(samples).max() > 0.05


def test_sound_is_recorded_and_what_is_none_is_refused(desk, tmp_path):
    open_view(desk, "sound")
    (tmp_path / "song.wav").write_bytes(b"no sound at all")
    desk.set_input_files("#sound-file", tmp_path / "song.wav")
    desk.wait_for_selector("#sound .notice.bad")
    assert "song.wav holds no sound" in sentence(desk, "sound")
    desk.click("#sound .record")
    desk.wait_for_selector("#sound .record[aria-pressed=true]")
    desk.wait_for_timeout(1200)
    desk.click("#sound .record")
    desk.wait_for_selector("#sound .original:visible")
    assert "recording.webm" in desk.inner_text("#sound .loaded")
    assert drawn(desk, "#sound .original .spectrogram") > LEAST


def test_crystals_of_the_sample(desk, shots):
    open_view(desk, "crystals")
    press(desk, "crystals", ".sample")
    assert desk.locator("#crystals tbody tr").count() == 8
    assert (
        "SrTiO3" not in desk.inner_text("#crystals thead")
        and "FORMULA IS" in desk.inner_text("#crystals thead").upper()
    )
    words = desk.inner_text("#crystals tbody tr:first-child").split("\t")
    assert {"new", "known"} & set(words)
    assert drawn(desk, "#crystals .cell canvas") > LEAST
    desk.wait_for_selector("#crystals tbody tr:last-child img:not([hidden])")
    desk.screenshot(path=shots / "crystals.png", full_page=True)
    before = picture(desk, "#crystals .cell canvas")
    desk.focus("#crystals .cell")
    desk.keyboard.press("ArrowRight")
    turned = picture(desk, "#crystals .cell canvas")
    desk.click("#crystals button[data-cells='2']")
    assert len({before, turned, picture(desk, "#crystals .cell canvas")}) == 3
    desk.focus("#crystals tbody tr")
    desk.keyboard.press("ArrowDown")
    assert desk.locator("#crystals tbody tr[aria-selected=true]").get_attribute("tabindex") == "0"
    name, content = downloaded(desk, "#crystals .stage .card .bar .download")
    assert name == "SrTiO3-2.cif" and b"_cell_length_a" in content
    name, content = downloaded(desk, "#crystals .download-all")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 8
        assert "_atom_site_fract_x" in archive.read("001-SrTiO3.cif").decode()


def test_crystals_by_a_job_and_what_cannot_be(desk):
    open_view(desk, "crystals")
    desk.fill("#crystals-formula", "Xx9")
    press(desk, "crystals", ".main")
    assert "Xx9" in sentence(desk, "crystals")
    assert all("422" in said for said in desk.complaints)
    desk.complaints.clear()
    desk.fill("#crystals-formula", "")
    desk.fill("#crystals-elements", "Ba-Ti-O")
    desk.fill("#crystals-count", "3")
    desk.check("#crystals-job")
    press(desk, "crystals", ".main")
    assert desk.locator("#crystals tbody tr").count() == 3
    assert drawn(desk, "#crystals .cell canvas") > LEAST


def test_runs_show_curves_and_report(desk, shots):
    open_view(desk, "runs")
    desk.click("#runs .run-list button:has-text('first')")
    desk.wait_for_selector("#runs .curve canvas")
    assert drawn(desk, "#runs .curve canvas") > LEAST / 2
    assert desk.locator("#runs .curve .keys span").all_inner_texts() == ["train/loss", "validation/loss"]
    desk.screenshot(path=shots / "runs.png", full_page=True)
    with desk.context.expect_page() as opening:
        desk.click("#runs .report")
    opening.value.wait_for_load_state()
    assert opening.value.inner_text("h1") == "Report of the first run"


def test_with_a_token_reports_open_in_a_tab_too(desk):
    open_view(desk, "runs")
    desk.evaluate("() => sessionStorage.setItem('fourfold-token', 'x')")
    desk.click("#runs .run-list button:has-text('first')")
    with desk.context.expect_page() as opening:
        desk.click("#runs .report")
    opening.value.wait_for_url("**/v1/runs/first/report")
    assert opening.value.inner_text("h1") == "Report of the first run"
