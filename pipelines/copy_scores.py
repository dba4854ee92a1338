"""How near a vocoder's copies are, as JSON and as a table on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..domains.audio.metrics.measured import Measured
    from ..domains.audio.metrics.scores import CopyScores

DIGITS = {"PESQ-WB": 2, "STOI": 3, "MCD": 2, "log-F0 RMSE": 4, "V/UV error": 2, "MR-STFT": 3}
OPINION = "DistillMOS"
MOST_NAMED = 3
"""Files that a note names; of more it says how many."""
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
    digits = {**DIGITS, OPINION: 2} if OPINION in scores.means else DIGITS
    for name in digits:
        title = f"{name}, {UNITS[name]}" if name in UNITS else name
        listing.add_column(title, justify="right", no_wrap=True)
    for file, row in {**scores.rows, "mean": scores.means}.items():
        listing.add_row(
            file,
            *(_cell(row[name], count) for name, count in digits.items()),
            style="bold" if file == "mean" else None,
        )
    console = Console(width=max(Console().width, 120))
    console.print(listing, markup=False)
    below = _reasons(scores)
    if digits is DIGITS:
        below.append(f"{OPINION} of the copies comes beside these with pip install 'fourfold[mos]'")
    below += [f"{name} is left out: {error.problem}" for name, error in scores.failures.items()]
    below.append(f"{len(scores.rows)} files, {scores.real_time_factor:.2f} s of work for a second of sound")
    for line in below:
        console.print(line, style="dim", highlight=False, markup=False)


def _reasons(scores: CopyScores) -> list[str]:
    """A line for each reason why figures are missing: which figures, of which files."""
    figures: dict[str, dict[str, None]] = {}
    files: dict[str, dict[str, None]] = {}
    for file, row in scores.rows.items():
        for name, measured in row.items():
            if measured.reason:
                figures.setdefault(measured.reason, {})[name] = None
                files.setdefault(measured.reason, {})[file] = None
    lines = []
    for reason, names in figures.items():
        of = list(files[reason])
        what = "no figure" if len(names) == len(scores.means) else f"no {', '.join(names)}"
        if len(of) > 1 and len(of) == len(scores.rows):
            where = "every file"
        elif len(of) > MOST_NAMED:
            where = f"{', '.join(of[:MOST_NAMED])} and {len(of) - MOST_NAMED:,} more"
        else:
            where = ", ".join(of)
        lines.append(f"{where}: {what}, {reason}")
    return lines


def _cell(figure: Measured, digits: int) -> str:
    return "–" if figure.reason else f"{figure.value:.{digits}f}"
