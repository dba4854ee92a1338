"""HTML elements as plain text, with everything escaped that did not come from here."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is HTML already; all other text is escaped when it is put into an element."""

    __slots__ = ()


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """`<tag attribute="…">children</tag>`; `class_` and `data_x` become `class` and `data-x`.

    Attributes that are None or False are left out; True gives a bare attribute.
    """
    written = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        label = name.rstrip("_").replace("_", "-")
        written.append(f" {label}" if value is True else f' {label}="{escape(str(value))}"')
    return Markup(f"<{tag}{''.join(written)}>{joined(*children)}</{tag}>")


def joined(*children: object) -> Markup:
    """Children one after the other: Markup as it is, None as nothing, the rest escaped."""
    return Markup("".join(_shown(child) for child in children if child is not None))


def _shown(child: object) -> str:
    return child if isinstance(child, Markup) else escape(str(child))
