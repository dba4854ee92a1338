"""Drawings of the vocoder report, from plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import fft

from ..report.figures import DASHES, Ink, as_svg, drawing
from ..report.markup import Markup

HIGHEST = 4_000.0
"""Hz on the page: harmonics are told apart, and most formants lie below."""
RANGE = 70.0
"""dB from the loudest point down to the darkest colour."""
LEVELS = 28
"""Shades: more are not told apart and make the page larger."""
WINDOW_SECONDS = 0.032
LONGEST = 5.0
"""Seconds on the page."""


def spectrogram(samples_S: np.ndarray, rate: int, hop_seconds: float = 0.01) -> np.ndarray:
    """Level in dB below the loudest point [frequencies, frames], up to 4 kHz or half the rate."""
    size, hop = round(WINDOW_SECONDS * rate) * 2, round(hop_seconds * rate)
    width = size // 2
    padded = np.pad(np.asarray(samples_S, np.float64), width // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, width)[::hop]
    power = np.abs(np.asarray(fft.rfft(frames * np.hanning(width), size, axis=1))) ** 2
    power = power[:, : round(min(HIGHEST, rate / 2) * size / rate) + 1].T
    level = 10 * np.log10(np.maximum(power, 1e-12))
    return np.maximum(level - level.max(), -RANGE)


def draw_spectrograms(sounds: Sequence[tuple[str, np.ndarray]], rate: int, *, name: str, alt: str) -> Markup:
    """One below the other on the same axis of time.

    Args:
        sounds: title and samples [S].
        name: unique on the page.
    """
    with drawing(len(sounds), height=1.4) as (figure, plots):
        for axes, (title, samples) in zip(plots, sounds, strict=True):
            level = spectrogram(samples[: round(LONGEST * rate)], rate)
            shades = np.round((level / RANGE + 1) * LEVELS) / LEVELS
            seconds = min(len(samples) / rate, LONGEST)
            top = min(HIGHEST, rate / 2) / 1_000
            axes.imshow(
                shades,
                origin="lower",
                aspect="auto",
                extent=(0, seconds, 0, top),
                cmap="magma",
                interpolation="none",
                vmin=0,
                vmax=1,
            )
            axes.grid(False)
            axes.set_title(title, fontsize=8.5)
            axes.set_ylabel("kHz")
            if axes is not plots[-1]:
                axes.tick_params(labelbottom=False)
        plots[-1].set_xlabel("seconds")
        return as_svg(figure, name=name, alt=alt)


def draw_pitch(
    tracks: Sequence[tuple[str, np.ndarray, np.ndarray | None]], frame_seconds: float, *, name: str, alt: str
) -> Markup:
    """Pitch measured in each sound (points) and asked for (lines behind them).

    Args:
        tracks: title, measured Hz [T], asked Hz [T] or None; 0 where unvoiced.
    """
    from matplotlib.ticker import NullFormatter, NullLocator, ScalarFormatter

    marks, colours = ("o", "s", "^", "v", "D", "P"), (Ink.TEXT, *Ink.cycle())
    with drawing(1, height=2.9) as (figure, plots):
        axes = plots[0]
        for place, (title, measured, asked) in enumerate(tracks):
            colour = colours[place % 7]
            if asked is not None:
                axes.plot(_time(asked, frame_seconds), _gaps(asked), color=colour, linewidth=3.5, alpha=0.28)
            axes.plot(
                _time(measured, frame_seconds),
                _gaps(measured),
                marks[place % 6],
                color=colour,
                # The original lies below its copy and has to show.
                markersize=2.0 if place else 3.6,
                markeredgewidth=0,
                label=title,
            )
        axes.set_yscale("log")
        voices = [track[track > 0] for _, track, _ in tracks]
        voiced = np.concatenate([*voices, np.array([100.0, 200.0])] if not any(map(len, voices)) else voices)
        low, high = voiced.min() * 0.92, voiced.max() * 1.08
        axes.set_ylim(low, high)
        ticks = [hz for hz in (50, 70, 100, 140, 200, 280, 400, 560, 800, 1_120) if low <= hz <= high]
        axes.set_yticks(ticks)
        axes.yaxis.set_major_formatter(ScalarFormatter())
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("seconds")
        axes.set_ylabel("pitch, Hz")
        axes.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, markerscale=2.5, columnspacing=1.2
        )
        return as_svg(figure, name=name, alt=alt)


def draw_curve(steps: Sequence[int], distances: Mapping[str, Sequence[float]], *, alt: str) -> Markup:
    """Validation distances over training steps, each as a share of what it was before."""
    with drawing(1, height=2.3) as (figure, plots):
        axes = plots[0]
        for place, (title, values) in enumerate(distances.items()):
            share = 100 * np.array(values) / values[0]
            axes.plot(
                steps, share, marker="o", color=Ink.cycle()[place], linestyle=DASHES[place], label=title
            )
        axes.set_xlabel("training steps")
        axes.set_ylabel("distance, % of before")
        axes.legend()
        return as_svg(figure, name="curve", alt=alt)


def _gaps(track_T: np.ndarray) -> np.ndarray:
    """NaN where unvoiced, so that nothing is drawn there."""
    return np.where(track_T > 0, track_T, np.nan)


def _time(track_T: np.ndarray, frame_seconds: float) -> np.ndarray:
    return (np.arange(len(track_T)) + 0.5) * frame_seconds
