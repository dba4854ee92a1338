"""One torch thread for every test: two are slower on small machines."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "2")

from pathlib import Path

import hypothesis
import pytest
import torch

torch.set_num_threads(1)
# The first example often pays for a compilation or an import, so no example has a deadline.
hypothesis.settings.register_profile("fourfold", deadline=None)
hypothesis.settings.load_profile("fourfold")


@pytest.fixture(scope="session")
def benchmark_data() -> Path:
    """Folder of benchmark sets named by $FOURFOLD_DATA; tests that need it skip without it."""
    named = os.environ.get("FOURFOLD_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("needs benchmark sets: set FOURFOLD_DATA to a folder laid out as docs/data.md says")
    return Path(named)
