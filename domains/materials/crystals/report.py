"""What a reader skipped, row by row, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass

from ....shared.errors import InputError
from .crystals import Crystals

_LISTED = 50


@dataclass(frozen=True)
class Reading:
    """The crystals that could be read, and what became of the others."""

    crystals: Crystals
    skipped: dict[str, InputError]
    """What is wrong with each row that was left out, by name."""
    notes: tuple[str, ...] = ()
    """What was read, but not quite as it stands."""

    def table(self) -> str:
        """The skipped rows, a line each."""
        return skipped_table(self.skipped, len(self.crystals) + len(self.skipped))


def skipped_table(skipped: dict[str, InputError], rows: int) -> str:
    """How many of `rows` were skipped, and the reason of each of the first fifty."""
    lines = [f"{len(skipped)} of {rows} crystals skipped:"]
    lines += [f"  {problem}" for problem in list(skipped.values())[:_LISTED]]
    if len(skipped) > _LISTED:
        lines.append(f"  and {len(skipped) - _LISTED} more")
    return "\n".join(lines)


def notes_table(notes: tuple[str, ...]) -> str:
    """The notes, a line each, the first fifty."""
    lines = ["crystals read, but not quite as they stand:", *(f"  {note}" for note in notes[:_LISTED])]
    if len(notes) > _LISTED:
        lines.append(f"  and {len(notes) - _LISTED} more")
    return "\n".join(lines)
