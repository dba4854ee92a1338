"""Linear fitted block by block is Linear fitted at once."""

import numpy as np
import pytest
from fourfold.domains.timeseries.models.block_fitting import fit_linear_blocks, forecast_block
from fourfold.domains.timeseries.models.linear import Linear
from fourfold.shared.errors import InputError
from fourfold.shared.panels.lazy_panel import open_blocks
from fourfold.shared.panels.reading import read_panel
from fourfold.shared.panels.xarray_panel import to_xarray

LOOKBACK, HORIZON, RIDGE = 12, 4, 1e-3


def test_blocks_give_the_weights_of_one_fit() -> None:
    values = np.random.default_rng(0).normal(size=(200, 7)).cumsum(axis=0)
    panel = read_panel(values, period=4)
    whole = Linear(lookback=LOOKBACK, ridge=RIDGE)
    whole.fit(panel, horizon=HORIZON, train=slice(0, 200), validation=slice(200, 200), run=None)
    blocks = open_blocks(to_xarray(panel), block_bytes=3 * 16 * 200)
    assert len(blocks) == 3
    model = fit_linear_blocks(blocks, HORIZON, lookback=LOOKBACK, ridge=RIDGE)
    np.testing.assert_allclose(model.weights, whole.weights, rtol=1e-9, atol=1e-9)
    parts = np.concatenate([forecast_block(model, block, HORIZON) for block in blocks], axis=1)
    np.testing.assert_allclose(parts, forecast_block(whole, panel, HORIZON), rtol=1e-5, atol=1e-5)
    assert parts.shape == (HORIZON, 7)


def test_blocks_that_are_too_short_are_refused() -> None:
    with pytest.raises(InputError, match="16 observed steps"):
        fit_linear_blocks([read_panel(np.arange(10.0), period=1)], HORIZON, lookback=LOOKBACK)
