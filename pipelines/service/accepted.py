"""Which form of an answer a client would like best."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import ServiceError


def accepted(header: str, offered: Sequence[str]) -> str:
    """The media type among those offered that `Accept` rates highest; the first of equals.

    Raises:
        ServiceError: 406, none is accepted.
    """
    ranges = [_range(part) for part in header.split(",") if part.strip()] or [("*/*", 1.0)]
    rated = [(_rating(kind, ranges), -place, kind) for place, kind in enumerate(offered)]
    best, _, kind = max(rated)
    if best <= 0:
        raise ServiceError(406, f"Accept {header[:80]!r} asks for none of {', '.join(offered)}")
    return kind


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = (word.strip().lower() for word in part.split(";"))
    quality = next((word[2:] for word in parameters if word.startswith("q=")), "1")
    try:
        return kind, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return kind, 0.0


def _rating(kind: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Of the most particular range that holds the type."""
    for wanted in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
