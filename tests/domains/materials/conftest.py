"""Small crystals at random, and the same crystals told in another way."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

# The network tests share crystals and ways to retell them.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def float64() -> Iterator[None]:
    """Everything in float64 while the test runs."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
