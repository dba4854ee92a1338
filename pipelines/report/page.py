"""The page: sections one after the other, one HTML file that needs nothing beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .figures import DARK, variable
from .markup import Markup, element, joined

STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


@dataclass
class Page:
    """A report under construction."""

    title: str
    lead: str
    """What the report shows and what came out, in a sentence or two."""
    sections: list[Markup] = field(default_factory=list)
    contents: list[tuple[str, str]] = field(default_factory=list)
    style: str = ""
    """CSS that this page needs besides the common one."""
    script: str = ""
    """What makes parts of the page move, run when all of it is there."""

    def section(self, title: str, *blocks: Markup) -> None:
        """Add a section; its title appears in the contents."""
        anchor = f"section-{len(self.sections) + 1}"
        self.contents.append((anchor, title))
        self.sections.append(element("section", element("h2", title), *blocks, id=anchor))

    def render(self) -> str:
        """The whole page as HTML text."""
        links = (element("a", title, href=f"#{anchor}") for anchor, title in self.contents)
        head = joined(
            Markup('<meta charset="utf-8">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup('<meta name="color-scheme" content="light dark">'),
            element("title", self.title),
            element("style", Markup(_colours() + STYLE + self.style)),
        )
        body = joined(
            element("header", element("h1", self.title), element("p", self.lead, class_="lead")),
            element("nav", *links, aria_label="Contents"),
            element("main", *self.sections),
            element("script", Markup(self.script)) if self.script else None,
        )
        return "<!doctype html>\n" + element("html", element("head", head), element("body", body), lang="en")


def paragraph(*text: object) -> Markup:
    """A paragraph of text."""
    return element("p", *text)


def folded(title: str, *blocks: Markup) -> Markup:
    """Blocks behind a line that opens them."""
    return element("details", element("summary", title), *blocks)


def code(text: str) -> Markup:
    """Text to copy as it stands."""
    return element("pre", element("code", text), tabindex=0)


def _colours() -> str:
    light = "".join(f"{variable(colour)}:{colour};" for colour in DARK)
    dark = "".join(f"{variable(colour)}:{other};" for colour, other in DARK.items())
    return f":root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
