"""`fourfold models`: what can stand for MODEL in the other commands."""

from __future__ import annotations


def models() -> int:
    """List the models that come with the package, and what is fitted on your data."""
    from rich.console import Console
    from rich.table import Table

    from ...shared.artifact.shipped import list_shipped, shipped_folder
    from ..model_list import method_summaries, network_summaries, shipped_summary

    listing = Table(title=None, box=None, header_style="bold", pad_edge=False)
    for column in ("name", "kind", "what it is"):
        listing.add_column(column)
    for name in list_shipped():
        folder = shipped_folder(name)
        assert folder is not None
        kind, summary = shipped_summary(folder)
        listing.add_row(name, f"shipped {kind}", summary)
    for name, summary in method_summaries().items():
        listing.add_row(name, "method", summary)
    for name, summary in network_summaries().items():
        listing.add_row(name, "network (--graph)", summary)
    Console().print(listing)
    return 0
