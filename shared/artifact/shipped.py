"""Models that come with the package: folders under data/models, found without a network."""

from __future__ import annotations

from pathlib import Path

from .artifact import CONFIG_FILE

MODELS = Path(__file__).resolve().parents[2] / "data" / "models"


def list_shipped() -> tuple[str, ...]:
    """Names of the shipped models, sorted."""
    if not MODELS.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in MODELS.iterdir() if (entry / CONFIG_FILE).is_file()))


def shipped_folder(name: str) -> Path | None:
    """Folder of the shipped model `name`, or None when no such model is shipped."""
    return MODELS / name if name in list_shipped() else None
