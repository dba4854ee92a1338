"""Networks by name: their settings, in words when wrong, without torch."""

import subprocess
import sys

import pytest
from fourfold.domains.graphs.models.presets import GRAPH_FREE, NAMES, PAPER, SMALL, network_settings
from fourfold.domains.graphs.models.settings import WaveNetSettings
from fourfold.shared.errors import InputError
from pydantic import ValidationError


def test_names():
    assert {
        "rnn",
        "fc-rnn",
        "tts-imp",
        "tts-amp",
        "tas-imp",
        "tas-amp",
        "dcrnn",
        "graph-wavenet",
        "stid",
    } <= set(NAMES)
    assert set(PAPER) == set(SMALL) == set(NAMES)
    assert set(GRAPH_FREE) < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_both_presets_are_valid_and_frozen(name):
    for preset in ("paper", "small"):
        settings = network_settings(name, preset=preset)
        with pytest.raises(ValidationError, match="frozen"):
            settings.residual = True


def test_sizes_replace_the_presets_and_embeddings_merge():
    settings = network_settings("tts-imp", preset="small", hidden=48, embedding="variational").model_dump()
    assert settings["hidden"] == 48 and settings["decoder"] == 32
    assert settings["embedding"]["kind"] == "variational" and settings["embedding"]["size"] == 8
    assert network_settings("tts-imp", embedding={"size": 5}).model_dump()["embedding"]["kind"] == "plain"


@pytest.mark.parametrize(
    ("name", "sizes", "words"),
    [
        ("gcn", {}, "model: 'gcn' is not a network; expected one of rnn"),
        (
            "tts-imp",
            {"width": 3},
            "tts-imp setting width: there is no such setting; expected preset, lookback",
        ),
        ("tts-imp", {"hidden": 0}, "tts-imp setting hidden: Input should be greater than or equal to 1"),
        ("stid", {"embedding": "fancy"}, "stid setting embedding.kind: Input should be 'none', 'plain'"),
        ("rnn", {"preset": "large"}, "preset: 'large' is not known; expected paper or small"),
    ],
)
def test_mistakes_are_told(name, sizes, words):
    with pytest.raises(InputError) as told:
        network_settings(name, **sizes)
    assert words in str(told.value)


def test_settings_come_without_torch():
    code = (
        "from fourfold.domains.graphs.models.presets import network_settings; network_settings('tts-imp');"
        "import sys; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_receptive_field_of_the_papers_wavenet():
    assert WaveNetSettings().receptive_field == 13
    assert WaveNetSettings(layers=3, kernel=3, dilations=(1, 2, 4)).receptive_field == 15
