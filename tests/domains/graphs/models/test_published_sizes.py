"""Numbers of parameters equal the published ones (METR-LA: 207 nodes, values and time of day, 12 to 12)."""

import pytest
from fourfold.domains.graphs.models.build import build_network

METR_LA = {"nodes": 207, "channels": 1, "horizon": 12, "lookback": 12, "steps_per_day": 288}


def parameters(name: str, **sizes: object) -> int:
    return sum(p.numel() for p in build_network(name, **METR_LA, **sizes).parameters())


def test_dcrnn():
    """0.37 M in BasicTS, which is 372,353 by the paper's sizes: 2 layers of 64, K = 2, both directions."""

    def cell(inputs: int) -> int:
        return 5 * (inputs + 64) * (128 + 64) + 128 + 64

    assert parameters("dcrnn") == cell(2) + cell(64) + cell(1) + cell(64) + 65 == 372_353


def test_graph_wavenet():
    """0.31 M in BasicTS: 309,400, of which eight residual convolutions and what follows the last skip
    connection (a graph convolution and a normalisation) never reach the answer and are not built here."""
    residual, last_space, last_norm = 32 * 32 + 32, 7 * 32 * 32 + 32, 2 * 32
    assert parameters("graph-wavenet") == 309_400 - 8 * residual - last_space - last_norm


def test_stid():
    """0.12 M in BasicTS."""
    width = 4 * 32
    expected = 12 * 32 + 32 + (207 + 288 + 7) * 32 + 3 * 2 * (width + 1) * width + 12 * (width + 1)
    assert parameters("stid", mask=False) == expected
    assert round(parameters("stid", mask=False) / 1e6, 2) == 0.12


@pytest.mark.parametrize(("name", "layers"), [("rnn", 0), ("tts-imp", 2)])
def test_template(name, layers):
    """By the definitions: Linear in parts, GRU, graph convolutions with root weight, decoder."""
    encoder = (2 + 1 + 9 + 32) * 64
    gru = 3 * 64 * (64 + 64 + 2)
    decoder = (64 + 1 + 32) * 64 + 12 * 65
    expected = encoder + gru + layers * (2 * 64 * 64 + 64) + decoder + 207 * 32
    assert parameters(name) == expected
