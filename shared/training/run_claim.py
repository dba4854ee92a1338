"""Which data and weights a run folder learns from, so that others are not taken for the same run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from ..errors import InputError

FILE = "origin.json"

Fact = str | np.ndarray | Mapping[str, np.ndarray]


def claim_run(run: Path | None, facts: Mapping[str, Iterable[Fact]]) -> None:
    """Note in a run folder what it learns from, or compare with what is noted there.

    Args:
        run: None where nothing is kept.
        facts: texts, arrays and weights by name (`module_arrays`), by what to call them in a sentence, such
            as "recordings".

    Raises:
        InputError: it holds a training with others; they are named.
    """
    if run is None:
        return
    told, file = {name: _digest(fact) for name, fact in facts.items()}, Path(run) / FILE
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        return
    kept = json.loads(file.read_text(encoding="utf-8"))
    others = [name for name, digest in told.items() if kept.get(name) != digest]
    if others:
        raise InputError(
            "run",
            f"{run} holds a training with other {' and other '.join(others)}",
            expected="the same, to go on",
            remedy="Use another run folder, or remove this one, to start anew",
        )


def _digest(facts: Iterable[Fact]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for fact in facts:
        if isinstance(fact, str):
            digest.update(fact.encode())
            continue
        for name, array in fact.items() if isinstance(fact, Mapping) else (("", fact),):
            digest.update(repr((name, array.dtype.str, array.shape)).encode())
            whole = (
                repr(array.tolist()).encode() if array.dtype == object else np.ascontiguousarray(array).data
            )
            digest.update(whole)
    return digest.hexdigest()
