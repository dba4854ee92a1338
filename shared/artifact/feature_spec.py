"""Feature spec check: data must be prepared as the model's training data was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InputError

_ABSENT = "absent"


def require_match(stored: Mapping[str, Any], given: Mapping[str, Any], what: str) -> None:
    """Compare a stored feature spec with the one of the data at hand, field by field.

    Nested mappings are compared inside and named with dots; lists and tuples are alike, as JSON has only one.

    Args:
        stored: the spec in the artefact.
        given: the spec of the data or settings at hand.
        what: what the spec describes, for the sentence ("frequency and scaling", "mel settings").

    Raises:
        InputError: they differ; every differing field is listed with both values.
    """
    kept, found = _flat(stored), _flat(given)
    names = [*kept, *(name for name in found if name not in kept)]
    differences = [
        f"{name}: the model has {_shown(kept, name)}, given {_shown(found, name)}"
        for name in names
        if name not in kept or name not in found or kept[name] != found[name]
    ]
    if differences:
        raise InputError(
            what,
            f"does not match the model in {len(differences)} field(s): {'; '.join(differences)}",
            expected="the values the model was trained with",
            remedy="Prepare the data as the model expects, or fine-tune or fit a model on this data",
        )


def _flat(spec: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in spec.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.") if value else {f"{prefix}{key}": {}}
        else:
            flat[f"{prefix}{key}"] = _plain(value)
    return flat


def _plain(value: Any) -> Any:
    """Arrays, NumPy numbers and tuples as the lists and numbers that JSON gives back."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _shown(flat: Mapping[str, Any], name: str) -> str:
    if name not in flat:
        return _ABSENT
    text = repr(flat[name])
    return text if len(text) <= 80 else text[:77] + "..."
