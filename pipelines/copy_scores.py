"""How near a vocoder's copies are, as JSON and as a table on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..domains.audio.metrics.measured import Measured
    from ..domains.audio.metrics.scores import CopyScores

DIGITS = {"PESQ-WB": 2, "STOI": 3, "MCD": 2, "log-F0 RMSE": 4, "V/UV error": 2, "MR-STFT": 3}
UNITS = {"MCD": "dB", "V/UV error": "%"}


def as_json(scores: CopyScores) -> dict[str, Any]:
    """All figures as JSON values: the mean, every file, and why a figure is missing."""

    def figures(row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: None if m.reason else m.value for name, m in row.items()}

    return {
        "mean": figures(scores.means),
        "real_time_factor": scores.real_time_factor,
        "files": {
            name: {
                **figures(row),
                "seconds": scores.seconds[name],
                "not_measured": {key: m.reason for key, m in row.items() if m.reason},
            }
            for name, row in scores.rows.items()
        },
        "failures": {name: str(error) for name, error in scores.failures.items()},
    }


def print_scores(scores: CopyScores) -> None:
    """The figures as a table on the terminal; reasons and failures below it."""
    from rich.console import Console
    from rich.table import Table

    listing = Table(box=None, header_style="bold", pad_edge=False)
    listing.add_column("file", no_wrap=True)
    for name in DIGITS:
        title = f"{name}, {UNITS[name]}" if name in UNITS else name
        listing.add_column(title, justify="right", no_wrap=True)
    for file, row in {**scores.rows, "mean": scores.means}.items():
        listing.add_row(
            file,
            *(_cell(row[name], DIGITS[name]) for name in DIGITS),
            style="bold" if file == "mean" else None,
        )
    console = Console(width=max(Console().width, 120))
    console.print(listing, markup=False)
    reasons = {m.reason: name for row in scores.rows.values() for name, m in row.items() if m.reason}
    below = [f"{name}: {reason}" for reason, name in reasons.items()]
    below += [f"{name} is left out: {error.problem}" for name, error in scores.failures.items()]
    below.append(f"{len(scores.rows)} files, {scores.real_time_factor:.2f} s of work for a second of sound")
    for line in below:
        console.print(line, style="dim", highlight=False, markup=False)


def _cell(figure: Measured, digits: int) -> str:
    return "–" if figure.reason else f"{figure.value:.{digits}f}"
