"""Transfer: shared weights stay bit for bit, what belongs to nodes is theirs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fourfold import GraphForecaster
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.shared.errors import InputError, InputWarning
from small_network import SMALL, ring, wide_frame

PAIR = SensorGraph(("p", "q", "r"), np.array([[0, 1], [1, 2]]), np.ones(2, np.float32))


def other_frame(days: int = 6) -> pd.DataFrame:
    """Three nodes at another level."""
    frame = wide_frame(days, seed=5)[["a", "b", "c"]] + [0.0, 15.0, -15.0]
    return frame.set_axis(["p", "q", "r"], axis=1)


@pytest.mark.filterwarnings("ignore:rows up to")
@pytest.mark.parametrize("kind", ["plain", "variational", "clustered"])
def test_only_what_belongs_to_nodes_is_fitted(kind: str) -> None:
    training = {"epochs": 5, "batch_size": 16, "learning_rate": 0.02}
    settings = {**SMALL, "embedding": {"size": 4, "kind": kind, "weight": 0.01}, "training": training}
    source = GraphForecaster("tts-imp", model_settings=settings).fit(wide_frame(), ring(), 4)
    kept = {name: value.copy() for name, value in source.model.state().items()}
    cold = source.transfer(PAIR)
    warm = source.transfer(PAIR, other_frame())
    local = {f"network.{name}" for name in source.model.network.local_parameters()}
    for name, value in kept.items():
        np.testing.assert_array_equal(source.model.state()[name], value)
        if name not in local and not name.startswith("scaler."):
            np.testing.assert_array_equal(warm.model.state()[name], value)
            np.testing.assert_array_equal(cold.model.state()[name], value)
    assert local and all(len(warm.model.state()[name]) == 3 for name in local)
    assert all(parameter.requires_grad for parameter in warm.model.network.parameters())
    assert warm.nodes == cold.nodes == ("p", "q", "r") and source.nodes[0] == "a"
    both = {"test": slice(120, 144), "levels": ()}
    fits = [one.evaluate(other_frame(), **both).overall()["mae"] for one in (cold, warm)]
    assert fits[1] < fits[0]


def test_a_cold_start_takes_every_node_for_an_average_one() -> None:
    source = GraphForecaster("tts-imp", model_settings=SMALL).fit(wide_frame(), ring(), 4)
    cold = source.transfer(PAIR)
    vectors = dict(cold.model.network.embeddings()).popitem()[1].vectors_ND.detach().numpy()
    known = dict(source.model.network.embeddings()).popitem()[1].vectors_ND.detach().numpy()
    np.testing.assert_allclose(vectors, np.repeat(known.mean(0, keepdims=True), 3, axis=0), rtol=1e-5)
    with pytest.raises(InputError, match="Use transfer"):
        source.predict(other_frame())


def test_scaling_by_node_follows_the_new_nodes() -> None:
    settings = {**SMALL, "scaling": "node", "quantiles": ()}
    source = GraphForecaster("tts-imp", model_settings=settings).fit(wide_frame(), ring(), 4)
    warm = source.transfer(PAIR, other_frame())
    means = warm.model.scaler.series.mean
    assert means[1] - means[0] == pytest.approx(15, abs=1) and warm.intervals is not None
    cold = source.transfer(PAIR)
    np.testing.assert_allclose(
        cold.model.scaler.series.mean, source.model.scaler.series.mean.mean(), rtol=1e-9
    )


def test_a_transferred_forecaster_is_saved_and_tuned_like_any(tmp_path) -> None:
    source = GraphForecaster("tts-imp", model_settings=SMALL).fit(wide_frame(), ring(), 4)
    warm = source.transfer(PAIR, other_frame())
    warm.save(tmp_path / "warm")
    loaded = GraphForecaster.load(tmp_path / "warm")
    np.testing.assert_array_equal(loaded.predict(other_frame()).values, warm.predict(other_frame()).values)
    assert loaded.finetune(other_frame()).predict(other_frame()).values.shape == (1, 4, 3)


def test_what_cannot_be_transferred_says_so() -> None:
    tied = GraphForecaster(
        "fc-rnn", model_settings={"preset": "small", "lookback": 6, "training": {"epochs": 1}}
    )
    with pytest.raises(InputError, match="not fitted"):
        tied.transfer(PAIR)
    tied.fit(wide_frame(), horizon=4)
    with pytest.raises(InputError, match="tied to its 5 nodes"):
        tied.transfer(PAIR)
    with pytest.raises(InputError, match="neither graph nor data"):
        tied.transfer()
    plain = GraphForecaster("tts-imp", model_settings={**SMALL, "embedding": "none"})
    plain.fit(wide_frame(), ring(), 4)
    with pytest.warns(InputWarning, match="no weights of single nodes"):
        plain.transfer(PAIR, other_frame())
    with pytest.raises(InputError, match="freq"):
        plain.transfer(PAIR, other_frame().iloc[::2])


def test_a_list_of_edges_keeps_known_nodes_without_one(tmp_path: Path) -> None:
    source = GraphForecaster("tts-imp", model_settings=SMALL).fit(wide_frame(), ring(), 4)
    path = tmp_path / "edges.csv"
    path.write_text("from,to,weight\na,b,1\nb,f,1\nc,d,1\n")
    with pytest.warns(InputWarning, match="without an edge, kept as known: e"):
        assert source.transfer(str(path)).nodes == ("a", "b", "c", "f", "d", "e")
    path.write_text("from,to,weight\np,q,1\n")
    assert source.transfer(str(path)).nodes == ("p", "q"), "another network"
