from pathlib import Path

import numpy as np
import pytest
from fourfold.shared.errors import InputError
from fourfold.shared.training.run_claim import claim_run

SOUND, WEIGHTS = np.arange(6.0), {"w": np.ones((2, 3), np.float32)}


def claim(run: Path, sound: object = SOUND, weights: object = WEIGHTS, stage: str = "40") -> None:
    facts = {"recordings": (sound,), "weights to start from": (weights,), "settings": (stage,)}
    claim_run(run, facts)  # pyright: ignore[reportArgumentType]


def test_the_same_training_goes_on(tmp_path: Path) -> None:
    claim(tmp_path / "run")
    claim(tmp_path / "run", SOUND.copy(), {"w": np.ones((2, 3), np.float32)})
    claim_run(None, {"recordings": (SOUND,)})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"sound": SOUND[::-1]}, "other recordings;"),
        ({"sound": SOUND.reshape(2, 3)}, "other recordings;"),
        ({"sound": SOUND.astype(np.float32)}, "other recordings;"),
        ({"weights": {"w": np.zeros((2, 3), np.float32)}}, "other weights to start from;"),
        ({"weights": {"v": WEIGHTS["w"]}}, "other weights to start from;"),
        ({"stage": "6", "sound": SOUND + 1}, "other recordings and other settings;"),
    ],
)
def test_another_one_is_refused_and_named(tmp_path: Path, changed: dict[str, object], told: str) -> None:
    claim(tmp_path)
    before = (tmp_path / "origin.json").read_bytes()
    with pytest.raises(InputError, match=told):
        claim(tmp_path, **changed)  # pyright: ignore[reportArgumentType]
    assert (tmp_path / "origin.json").read_bytes() == before


def test_columns_of_words_are_told_apart(tmp_path: Path) -> None:
    words = np.array(["a", "bc"], dtype=object)
    claim_run(tmp_path, {"data": (words,)})
    claim_run(tmp_path, {"data": (words.copy(),)})
    with pytest.raises(InputError, match="other data"):
        claim_run(tmp_path, {"data": (np.array(["ab", "c"], dtype=object),)})
