import numpy as np
import pytest
from fourfold.shared.number_check import is_whole


@pytest.mark.parametrize(
    ("value", "whole"),
    [(3, True), (-1, True), (np.int64(3), True), (np.uint8(0), True), (True, False), (np.True_, False),
     (3.0, False), (np.float32(3), False), ("3", False), (None, False), (np.array(3), False)],
)  # fmt: skip
def test_whole_numbers(value: object, whole: bool) -> None:
    assert is_whole(value) is whole
