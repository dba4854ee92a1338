"""Tables that read well on a phone and to a screen reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .markup import Markup, element, joined


def number(value: float | None, digits: int = 4) -> str:
    """A figure with `digits` significant digits, never in e-notation for daily sizes; "–" for none."""
    if value is None or value != value:
        return "–"
    if value == 0:
        return "0"
    if abs(value) >= 10**6 or abs(value) < 1e-4:
        return f"{value:.{max(digits - 1, 0)}e}"
    decimals = max(0, digits - 1 - _order(value))
    return f"{value:,.{decimals}f}"


def table(
    header: Sequence[object],
    rows: Sequence[Sequence[object]],
    *,
    caption: str,
    numeric: bool = True,
    marked: Sequence[int] = (),
) -> Markup:
    """A table whose first column names the rows; `marked` rows are set in bold.

    It scrolls sideways inside its own frame where the page is narrow.
    """
    kind = "number" if numeric else None
    head = element(
        "tr", *(element("th", name, scope="col", class_=kind if i else None) for i, name in enumerate(header))
    )
    lines = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", cell, class_=kind) for cell in row[1:]),
            class_="marked" if index in marked else None,
        )
        for index, row in enumerate(rows)
    ]
    body = element("table", element("caption", caption), element("thead", head), element("tbody", *lines))
    return element("div", body, class_="scroll", role="region", aria_label=caption, tabindex=0)


def facts(pairs: Mapping[str, object]) -> Markup:
    """Name and value pairs, as a definition list."""
    items = (element("div", element("dt", name), element("dd", value)) for name, value in pairs.items())
    return element("dl", joined(*items), class_="facts")


def _order(value: float) -> int:
    return len(f"{abs(value):.0f}") - 1 if abs(value) >= 1 else -1 - _leading_zeros(abs(value))


def _leading_zeros(value: float) -> int:
    zeros = 0
    while value < 0.1:
        value, zeros = value * 10, zeros + 1
    return zeros
