"""Beijing's PM2.5 with sensors that fail: a small network, briefly trained, is far below a line in time."""

from dataclasses import replace

import numpy as np
import pytest
from fourfold.domains.graphs.datasets import load_network
from fourfold.domains.graphs.imputation.baselines import fill_line
from fourfold.domains.graphs.imputation.imputer import Imputer
from fourfold.domains.graphs.imputation.missing_patterns import hide_blocks
from fourfold.domains.graphs.imputation.settings import ImputerSettings, ImputerTraining


@pytest.mark.slow
@pytest.mark.usefixtures("benchmark_data")
def test_a_brief_training_beats_the_line_by_a_fifth():
    signals, graph = load_network("beijing-air-quality")
    signals = signals.select_rows(slice(20_000, 28_000))
    hidden = hide_blocks(signals.observed_TNC, seed=1)
    given = hidden.given.reshape(signals.panel.observed.shape)
    left = replace(signals, panel=replace(signals.panel, values=signals.panel.values * given, observed=given))
    training = ImputerTraining(steps=40, batch_size=16, learning_rate=5e-3, validations=1)
    imputer = Imputer(ImputerSettings(hidden=24, feed_forward=24, stride=12, training=training))
    imputer.fit(left, graph, train=slice(0, 6000), validation=slice(6000, 6400))
    judged, truth = hidden.judged[6400:], signals.values_TNC[6400:]
    found = np.abs(imputer.impute(left.select_rows(slice(6400, 8000))).values_TNC - truth)[judged].mean()
    line = fill_line(left.panel.values, given).reshape(signals.values_TNC.shape)[6400:]
    assert found < 0.8 * np.abs(line - truth)[judged].mean()
