"""GraphForecaster from frame to frame: answers, kept conventions, files, and refusals that help."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from fourfold import GraphForecaster
from fourfold.domains.graphs.sensor_graph.changing_graph import ChangingGraph
from fourfold.domains.graphs.sensor_graph.sensor_graph import SensorGraph
from fourfold.domains.graphs.signals.reading import read_signals
from fourfold.shared.errors import InputError, InputWarning
from small_network import NODES, SMALL, ring, wide_frame

POINT = {**SMALL, "quantiles": ()}
SLOW = pytest.mark.slow


def test_a_forecast_names_every_node_and_time(fitted: GraphForecaster, frame: pd.DataFrame) -> None:
    forecast = fitted.predict(frame, levels=(80,))
    assert forecast.values.shape == (1, 4, 5)
    long = forecast.to_long()
    assert list(long.columns) == ["unique_id", "ds", "tts-imp", "tts-imp-lo-80", "tts-imp-hi-80"]
    assert list(dict.fromkeys(long["unique_id"])) == list(NODES)
    assert list(long["ds"][:4]) == list(pd.date_range(frame.index[-1], periods=5, freq="h")[1:])
    assert (long["tts-imp-lo-80"] <= long["tts-imp"]).all()
    assert (long["tts-imp"] <= long["tts-imp-hi-80"]).all()
    dataset = forecast.to_xarray()
    assert dataset["tts-imp"].dims == ("cutoff", "lead", "series")
    np.testing.assert_array_equal(dataset["tts-imp"].to_numpy(), forecast.values)


@SLOW
def test_it_learns_and_beats_a_flat_line(frame: pd.DataFrame, graph: SensorGraph) -> None:
    training = {"training": {"epochs": 12, "batch_size": 16, "learning_rate": 0.01}}
    forecaster = GraphForecaster("tts-imp", model_settings={**POINT, **training, "residual": True})
    forecaster.fit(frame, graph, 4, validation=slice(140, 190), train=slice(0, 140))
    scores = forecaster.evaluate(frame, test=slice(190, 240)).overall()
    last = np.abs(frame.to_numpy()[194:240] - frame.to_numpy()[190:236]).mean()
    assert scores["mae"] < 0.7 * last and 0.5 < scores["coverage_80"] <= 1


@pytest.mark.filterwarnings("ignore:rows up to")
def test_answers_do_not_depend_on_batch_size(fitted: GraphForecaster, frame: pd.DataFrame) -> None:
    single = replace_settings(fitted, batch_size=1)
    test = {"test": slice(200, 240), "levels": (80,)}
    many, one = fitted.backtest(frame, **test), single.backtest(frame, **test)
    assert many.windows == one.windows == 37 * 5
    np.testing.assert_allclose(many.forecast.values, one.forecast.values, rtol=1e-5)
    np.testing.assert_allclose(many.forecast.quantiles, one.forecast.quantiles, rtol=1e-5)
    assert many.scores.overall() == pytest.approx(one.scores.overall(), rel=1e-5)
    assert fitted.evaluate(frame, **test).overall() == many.scores.overall()
    actual = many.to_long()["y"].to_numpy().reshape(5, 37, 4)
    np.testing.assert_allclose(actual[2, 3], frame["c"].to_numpy()[203:207], rtol=1e-6)


def replace_settings(forecaster: GraphForecaster, **changes: object) -> GraphForecaster:
    """The same fitted forecaster with other settings."""
    other = GraphForecaster(forecaster.model.name, **{**forecaster.settings.model_dump(), **changes})
    for name in ("model", "graph", "nodes", "channels", "horizon", "spec", "intervals", "began"):
        setattr(other, name, getattr(forecaster, name))
    return other


@pytest.mark.parametrize(
    "name",
    ["tts-imp", "stid", "fc-rnn", *(pytest.param(n, marks=SLOW) for n in ("tts-amp", "graph-wavenet"))],
)
def test_permuted_nodes_give_permuted_forecasts(name: str, frame: pd.DataFrame) -> None:
    sizes = (
        SMALL if name.startswith("tts") else {"preset": "small", "lookback": 6, "training": SMALL["training"]}
    )
    forecaster = GraphForecaster(name, model_settings=sizes).fit(frame, ring(), 3)
    straight = forecaster.predict(frame, levels=(80,))
    mixed = forecaster.predict(frame[["d", "a", "e", "b", "c"]], levels=(80,))  # not its own inverse
    order = [mixed.series.index(node) for node in NODES]
    assert mixed.series == ("d", "a", "e", "b", "c")
    np.testing.assert_allclose(mixed.values[..., order], straight.values, rtol=1e-5)
    np.testing.assert_allclose(mixed.quantiles[:, :, order], straight.quantiles, rtol=1e-5)


def test_nodes_of_graph_and_data_are_matched_by_name(frame: pd.DataFrame, graph: SensorGraph) -> None:
    straight = GraphForecaster("tts-imp", model_settings=SMALL).fit(frame, graph, 3)
    mixed = graph.select(["e", "d", "c", "b", "a"])
    other = GraphForecaster("tts-imp", model_settings=SMALL).fit(frame, mixed, 3)
    np.testing.assert_allclose(other.predict(frame).values, straight.predict(frame).values, rtol=1e-5)
    with pytest.raises(InputError, match="no signal: e"):
        straight.fit(frame[["a", "b", "c", "d"]], graph)


def test_bare_arrays_take_the_names_of_the_graph(frame: pd.DataFrame, graph: SensorGraph) -> None:
    forecaster = GraphForecaster("tts-imp", model_settings=SMALL, period=24).fit(frame.to_numpy(), graph, 3)
    assert forecaster.nodes == NODES
    assert forecaster.predict(frame.to_numpy()).series == NODES
    with pytest.raises(InputError, match="4 nodes, and 5"):
        forecaster.predict(frame.to_numpy()[:, :4])


def test_what_is_not_observed_is_not_read(fitted: GraphForecaster, frame: pd.DataFrame) -> None:
    """Behind the mask may stand what will: the forecasts are the same to the last bit."""
    holes = frame.copy()
    holes.iloc[-3:, 1] = np.nan
    signals = read_signals(holes, missing="mask")
    values = signals.panel.values.copy()
    values[~signals.panel.observed] = 1e6
    poisoned = replace(signals, panel=replace(signals.panel, values=values))
    np.testing.assert_array_equal(fitted.predict(holes).values, fitted.predict(poisoned).values)
    assert not np.array_equal(fitted.predict(holes).values, fitted.predict(frame).values)


@pytest.mark.filterwarnings("ignore:rows up to", "ignore:MASE is undefined", "ignore:1 of 5 series ends")
def test_missing_data_in_training_and_a_node_that_fell_silent(graph: SensorGraph) -> None:
    frame = wide_frame()
    gaps = np.random.default_rng(1).random(frame.shape) < 0.3
    frame = frame.mask(gaps)
    frame.loc[frame.index[1] :, "e"] = np.nan
    forecaster = GraphForecaster("tts-imp", model_settings=POINT).fit(frame, graph, 4)
    forecast = forecaster.predict(frame, levels=(80,))
    assert np.isfinite(forecast.values).all() and np.isfinite(forecast.quantiles).all()
    scores = forecaster.evaluate(frame, test=0.1)
    assert np.isnan(scores.by_series()["mae"][4]) and np.isfinite(scores.overall()["mae"])


def test_zeros_are_missing_only_when_asked(frame: pd.DataFrame, graph: SensorGraph) -> None:
    frame.iloc[10:20, 0] = 0.0
    plain = GraphForecaster("tts-imp", model_settings=SMALL)
    asked = GraphForecaster("tts-imp", model_settings=SMALL, zero_is_missing=True)
    assert plain.settings.read(frame).panel.observed.all()
    assert (~asked.settings.read(frame).panel.observed).sum() == 10


def test_several_channels_and_covariates() -> None:
    days, nodes = 8, 5
    rng = np.random.default_rng(0)
    rain = rng.random((days * 24 + 4, nodes))
    flow = 5 + np.roll(rain, 1, axis=0)[: days * 24] + rng.normal(0, 0.05, (days * 24, nodes))
    cube = np.stack([flow, 100 * flow], axis=-1)
    signals = read_signals(
        cube, ring(), channel_names=("flow", "count"), start="2024-03-04", freq="h", future={"rain": rain}
    )
    sizes = {**SMALL, "training": {"epochs": 4, "batch_size": 16}}
    forecaster = GraphForecaster("tts-imp", model_settings=sizes).fit(signals, ring(), 4)
    forecast = forecaster.predict(signals)
    assert forecast.series[:3] == ("a:flow", "a:count", "b:flow")
    assert forecast.values[..., 1::2].min() > 10 * forecast.values[..., 0::2].max()
    cut = replace(signals, panel=replace(signals.panel, future={"rain": signals.panel.future["rain"][:-4]}))
    with pytest.raises(InputError, match="rain: future values are missing"):
        forecaster.predict(cut)
    times = pd.date_range(signals.panel.time[-1], periods=5, freq="h")[1:]
    ahead = pd.DataFrame(
        [
            (node, time, rain[days * 24 + k, n])
            for n, node in enumerate(NODES)
            for k, time in enumerate(times)
        ],
        columns=["unique_id", "ds", "rain"],
    )
    np.testing.assert_allclose(forecaster.predict(cut, future=ahead).values, forecast.values, rtol=1e-6)
    with pytest.raises(InputError, match="future"):
        forecaster.predict(replace(signals, panel=replace(signals.panel, future={})))
    with pytest.raises(InputError, match="channels"):
        forecaster.predict(
            read_signals(cube[..., :1], ring(), start="2024-03-04", freq="h", future={"rain": rain})
        )


def test_without_a_graph(frame: pd.DataFrame) -> None:
    forecaster = GraphForecaster("rnn", model_settings=SMALL).fit(frame, horizon=3)
    assert forecaster.graph is None and forecaster.predict(frame).values.shape == (1, 3, 5)
    with pytest.raises(InputError, match=r"tts-imp passes messages.*rnn"):
        GraphForecaster("tts-imp").fit(frame)


def test_one_node_and_a_graph_without_edges(frame: pd.DataFrame) -> None:
    lonely = SensorGraph(("a",), np.zeros((2, 0), np.int64), np.zeros(0, np.float32))
    forecaster = GraphForecaster("tts-imp", model_settings=SMALL).fit(frame[["a"]], lonely, 2)
    assert np.isfinite(forecaster.predict(frame[["a"]]).values).all()


@pytest.mark.filterwarnings("ignore:rows up to")
def test_a_point_model_has_intervals_from_its_errors(frame: pd.DataFrame, graph: SensorGraph) -> None:
    forecaster = GraphForecaster("tts-imp", model_settings={**POINT, "scaling": "node"}).fit(frame, graph, 4)
    forecast = forecaster.predict(frame, levels=(50, 90))
    assert forecaster.intervals is not None
    assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()
    covered = forecaster.evaluate(frame, test=0.2, levels=(80,)).overall()["coverage_80"]
    assert covered == pytest.approx(0.8, abs=0.05)  # the very rows it was calibrated on


def test_intervals_have_the_scale_of_their_own_node_in_any_order(
    frame: pd.DataFrame, graph: SensorGraph
) -> None:
    frame["b"] *= 100
    forecaster = GraphForecaster("tts-imp", model_settings=POINT).fit(frame, graph, 4)
    straight = forecaster.predict(frame, levels=(80,))
    mixed = forecaster.predict(frame[["d", "a", "e", "b", "c"]], levels=(80,))
    order = [mixed.series.index(node) for node in NODES]
    np.testing.assert_allclose(mixed.quantiles[:, :, order], straight.quantiles, rtol=1e-5)
    width = np.diff(straight.quantiles, axis=-1)[0, 0, :, 0]
    assert width[1] > 10 * width[[0, 2, 3, 4]].max()


def test_beyond_the_trained_horizon_it_rolls_with_a_warning(
    fitted: GraphForecaster, frame: pd.DataFrame
) -> None:
    with pytest.warns(InputWarning, match="horizon 10 is beyond the trained 4"):
        far = fitted.predict(frame, 10, levels=(80,))
    assert far.values.shape == (1, 10, 5)
    np.testing.assert_array_equal(far.values[:, :4], fitted.predict(frame).values)
    np.testing.assert_array_equal(fitted.predict(frame, 2).values, far.values[:, :2])


def test_fitting_again_starts_anew_and_fine_tuning_goes_on(frame: pd.DataFrame, graph: SensorGraph) -> None:
    forecaster = GraphForecaster("tts-imp", model_settings=SMALL).fit(frame, graph, 4)
    first = forecaster.predict(frame).values
    again = forecaster.fit(frame, graph, 4).predict(frame).values
    np.testing.assert_array_equal(first, again)
    tuned = forecaster.finetune(frame[["e", "d", "c", "b", "a"]])
    assert tuned is forecaster and tuned.nodes == NODES
    assert not np.array_equal(tuned.predict(frame).values, first)
    with pytest.raises(InputError, match="beyond the model's"):
        forecaster.finetune(frame, 9)


def test_a_saved_forecaster_answers_the_same(tmp_path: Path, frame: pd.DataFrame, graph: SensorGraph) -> None:
    for name, settings in (("quantiles", SMALL), ("profile", {**POINT, "profile": True, "scaling": "node"})):
        made = GraphForecaster("tts-imp", model_settings=settings, batch_size=7).fit(frame, graph, 4)
        made.save(tmp_path / name)
        loaded = GraphForecaster.load(tmp_path / name)
        assert (loaded.nodes, loaded.channels, loaded.spec) == (made.nodes, made.channels, made.spec)
        assert loaded.settings == made.settings and loaded.seen_until == made.seen_until
        np.testing.assert_array_equal(loaded.graph.edge_index, made.graph.edge_index)
        before, after = (one.predict(frame, levels=(80,)) for one in (made, loaded))
        np.testing.assert_array_equal(before.values, after.values)
        np.testing.assert_array_equal(before.quantiles, after.quantiles)
        assert GraphForecaster.load(tmp_path / name, batch_size=3).settings.batch_size == 3


def test_an_artefact_is_plain_and_refuses_other_nodes(
    fitted: GraphForecaster, frame: pd.DataFrame, tmp_path: Path
) -> None:
    fitted.save(tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["kind"] == "graph-forecaster" and config["config"]["nodes"] == list(NODES)
    loaded = GraphForecaster.load(tmp_path / "model")
    with pytest.raises(
        InputError, match=r"knows 5 nodes, the data have 5.*not known: z.*Use transfer\(graph, data\)"
    ):
        loaded.predict(frame.rename(columns={"e": "z"}))
    with pytest.raises(InputError, match="freq"):
        loaded.predict(frame.iloc[::2])


@SLOW
def test_a_stopped_fit_goes_on_to_the_same_weights(tmp_path: Path, frame: pd.DataFrame) -> None:
    training = {"epochs": 6, "batch_size": 16, "ema": 0.9}

    def weights(run: Path, **more: float) -> dict[str, np.ndarray]:
        settings = {**SMALL, "training": {**training, **more}, "dropout": 0.1}
        return (
            GraphForecaster("tts-imp", model_settings=settings).fit(frame, ring(), 4, run=run).model.state()
        )

    whole = weights(tmp_path / "whole")
    weights(tmp_path / "parts", max_seconds=1e-9)
    resumed = weights(tmp_path / "parts")
    assert whole.keys() == resumed.keys()
    for name, value in whole.items():
        np.testing.assert_array_equal(value, resumed[name])


def test_runs_do_not_disturb_the_random_state_of_others(frame: pd.DataFrame) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    GraphForecaster("rnn", model_settings=SMALL).fit(frame, horizon=2)
    torch.testing.assert_close(torch.rand(3), expected)


def changing(steps: int) -> ChangingGraph:
    """The ring on even steps, its opposite on odd ones."""
    straight = ring()
    back = replace(straight, edge_index=straight.edge_index[::-1].copy())
    return ChangingGraph(tuple(back if step % 2 else straight for step in range(steps)))


@pytest.mark.filterwarnings("ignore:rows up to")
@pytest.mark.parametrize("name", ["tts-imp", "tas-imp"])
def test_a_graph_that_changes_in_time(name: str, frame: pd.DataFrame, tmp_path: Path) -> None:
    moving = changing(len(frame))
    forecaster = GraphForecaster(name, model_settings=SMALL).fit(frame, moving, 3)
    forecast = forecaster.predict(frame)
    still = forecaster.predict(frame, graph=ring())
    assert not np.allclose(forecast.values, still.values)
    same = ChangingGraph((moving.at(len(frame) - 1),) * len(frame))
    if name == "tts-imp":  # reads the last step's edges only
        np.testing.assert_allclose(forecaster.predict(frame, graph=same).values, forecast.values, rtol=1e-5)
    forecaster.save(tmp_path / "model")
    loaded = GraphForecaster.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict(frame).values, forecast.values)
    many = forecaster.backtest(frame, test=slice(200, 240)).forecast.values
    one = replace_settings(forecaster, batch_size=1).backtest(frame, test=slice(200, 240)).forecast.values
    np.testing.assert_allclose(many, one, rtol=1e-5)
    with pytest.raises(InputError, match=r"changes in time.*Pass graph="):
        forecaster.predict(frame.iloc[24:])
    later = changing(len(frame) - 24)
    forecaster.finetune(frame.iloc[24:], graph=later)
    assert forecaster.predict(frame.iloc[24:]).values.shape == (1, 3, 5)
    with pytest.raises(InputError, match="graphs of 7 steps"):
        forecaster.fit(frame, changing(7))


def test_backtest_with_refits_learns_nothing_of_what_it_forecasts(frame: pd.DataFrame) -> None:
    settings = {**POINT, "training": {"epochs": 1}}
    forecaster = GraphForecaster("tts-imp", model_settings=settings).fit(frame, ring(), 2)
    test = {"n_windows": 2, "step": 5, "levels": ()}
    twice = forecaster.backtest(frame, refit=True, **test)
    changed = frame.copy()
    changed.iloc[-2:] += 100
    other = forecaster.backtest(changed, refit=True, **test)
    np.testing.assert_array_equal(twice.forecast.values, other.forecast.values)
    with pytest.warns(InputWarning, match="were used in fitting"):
        forecaster.evaluate(frame, test=0.5, levels=())


def test_lags_reach_the_network_and_must_be_known_ahead(frame: pd.DataFrame, tmp_path: Path) -> None:
    settings = {**SMALL, "lags": (24, 48), "profile": True}
    forecaster = GraphForecaster("tts-imp", model_settings=settings).fit(frame, ring(), 4)
    straight = forecaster.predict(frame)
    changed = frame.copy()
    changed.iloc[-24:-20] += 50  # a day before the steps to forecast
    assert not np.allclose(forecaster.predict(changed).values, straight.values)
    mixed = forecaster.predict(frame[["e", "d", "c", "b", "a"]])
    np.testing.assert_allclose(mixed.values[..., ::-1], straight.values, rtol=1e-5)
    forecaster.save(tmp_path / "model")
    np.testing.assert_array_equal(
        GraphForecaster.load(tmp_path / "model").predict(frame).values, straight.values
    )
    with pytest.raises(InputError, match="24 steps back are not yet known 30 steps ahead"):
        forecaster.fit(frame, ring(), 30)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model": "no-such"}, "no-such"),
        ({"model_settings": {"lookback": 0}}, "lookback"),
        ({"model_settings": {"quantiles": (0.1, 0.9)}}, "quantiles"),
        ({"model_settings": {"quantiles": (0.5, 0.1)}}, "quantiles"),
        ({"model_settings": {"training": {"epoch": 3}}}, "epoch"),
        ({"model_settings": {"hiden": 3}}, "hiden"),
    ],
)
def test_wrong_settings_are_named(settings: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        GraphForecaster(**settings)


def test_too_little_data_is_refused(fitted: GraphForecaster, frame: pd.DataFrame, graph: SensorGraph) -> None:
    with pytest.raises(
        InputError, match=r"do not fit into the . rows to learn from; expected at least 10 rows"
    ):
        GraphForecaster("tts-imp", model_settings=SMALL).fit(frame.iloc[:9], graph, 4, validation=0)
    with pytest.raises(InputError, match="5 steps of history are too short"):
        fitted.predict(frame.iloc[:5])
    with pytest.raises(InputError, match="not a number of steps"):
        fitted.predict(frame, 0)
    with pytest.raises(InputError, match="not fitted"):
        GraphForecaster("tts-imp").predict(frame)
    with pytest.raises(InputError, match="not fitted"):
        GraphForecaster("tts-imp").finetune(frame, 3)
    with pytest.raises(InputError, match="overlap"):
        fitted.finetune(frame, train=slice(0, 150), validation=slice(140, 200))
    with pytest.raises(InputError, match="hold 0 windows"):
        fitted.evaluate(frame, test=slice(236, 238))


def test_a_horizon_that_is_too_long_is_named_with_the_longest_possible(
    frame: pd.DataFrame, graph: SensorGraph
) -> None:
    with pytest.raises(InputError, match="horizon: 6 steps of context and 400 ahead do not fit") as caught:
        GraphForecaster("rnn", model_settings=SMALL).fit(frame, horizon=400, validation=0)
    assert "a horizon of 234 at most" in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"zero_missing": True}, "expected freq, period, missing, zero_is_missing"),
        ({"zero_missing": True}, "Did you mean zero_is_missing"),
        ({"model_settings": {"training": {"epoch": 3}}}, "Did you mean epochs"),
        ({"model_settings": {"lookbak": 3}}, "Did you mean lookback"),
    ],
)
def test_settings_that_do_not_exist_are_told_with_those_that_do(settings: dict, said: str) -> None:
    with pytest.raises(InputError, match="there is no such setting") as caught:
        GraphForecaster(**settings)
    assert said in str(caught.value) and "Extra inputs" not in str(caught.value)


def test_its_card_says_what_it_learnt_from_and_which_weights_were_kept(
    fitted: GraphForecaster, frame: pd.DataFrame, tmp_path: Path
) -> None:
    fitted.save(tmp_path / "model")
    card = (tmp_path / "model" / "README.md").read_text()
    assert "5 nodes, 4 edges" in card and "192 rows from 2024-03-04 00:00:00 on, and 48 to choose by" in card
    assert "Kept are the best weights" in card and "not recorded" not in card
    loaded = GraphForecaster.load(tmp_path / "model")
    assert loaded.record is not None and loaded.record == fitted.record and loaded.record.mae is not None
    unjudged = GraphForecaster("rnn", model_settings=SMALL).fit(frame, horizon=2, validation=0)
    assert unjudged.record is not None and "the last weights" in unjudged.record.kept()


def test_series_of_unequal_length_are_noted(fitted: GraphForecaster, frame: pd.DataFrame) -> None:
    frame = frame.copy()
    frame.iloc[-30:, 1] = np.nan
    with pytest.warns(match=r"1 of 5 series ends earlier than the others \(b\)"):
        fitted.predict(frame)
    frame.iloc[-30:, 1], frame.iloc[:30, 2] = 50.0, np.nan
    with pytest.warns(match=r"1 of 5 series begins later than the others \(c\)"):
        fitted.predict(frame)


def test_a_constant_node_has_scale_one_and_a_warning(frame: pd.DataFrame, graph: SensorGraph) -> None:
    frame["d"] = 7.0
    forecaster = GraphForecaster("tts-imp", model_settings={**SMALL, "scaling": "node"})
    with pytest.warns(InputWarning, match="'d'"):
        forecaster.fit(frame, graph, 3)
    assert forecaster.model.scaler.series.scale[3] == 1
    assert np.isfinite(forecaster.predict(frame).values).all()


@pytest.mark.filterwarnings("ignore:rows up to", "ignore:MASE is undefined")
@pytest.mark.parametrize("scaling", ["global", "node"])
def test_a_sensor_that_died_is_forecast_from_the_others(
    frame: pd.DataFrame, graph: SensorGraph, scaling: str
) -> None:
    dead = frame.assign(b=np.nan)
    with pytest.warns(InputWarning, match="1 of 5 series holds no value"):
        forecaster = GraphForecaster("tts-imp", model_settings={**SMALL, "scaling": scaling})
        forecaster.fit(dead, graph, 2)
        forecast = forecaster.predict(dead, levels=(80,)).to_long()
        scores = forecaster.evaluate(dead, test=24)
    values = forecast.loc[forecast["unique_id"] == "b"].select_dtypes("number").to_numpy()
    assert np.isfinite(values).all() and (np.abs(values - 50) < 40).all(), "near the others, not near 0"
    assert np.isfinite(scores.overall()["mae"])
    embedding = dict(forecaster.model.network.embeddings()).popitem()[1].vectors_ND.detach().numpy()
    np.testing.assert_allclose(embedding[1], embedding[[0, 2, 3, 4]].mean(0), rtol=1e-5)
    with pytest.raises(InputError, match="Give them a column without values"):
        forecaster.predict(frame.drop(columns="b"))


def test_no_rows_to_learn_from_and_no_edges(frame: pd.DataFrame, graph: SensorGraph) -> None:
    with pytest.raises(InputError, match="do not fit into the 0 rows to learn from"):
        GraphForecaster("tts-imp", model_settings=SMALL).fit(frame, graph, 2, train=slice(0, 0))
    unjoined = SensorGraph(graph.nodes, np.zeros((2, 0), np.int64), np.zeros(0, np.float32))
    with pytest.warns(InputWarning, match="no edge between two nodes"):
        GraphForecaster("tts-imp", model_settings=SMALL).fit(frame, unjoined, 2)


def test_settings_that_are_unknown_are_told() -> None:
    with pytest.raises(InputError, match=r"GraphForecaster setting missin: .* Correct or remove it"):
        GraphForecaster(missin="mask")
    with pytest.raises(InputError, match=r"model_settings: \[1\] is no mapping"):
        GraphForecaster(model_settings=[1])  # pyright: ignore[reportArgumentType]
