"""The page and its parts: escaped, self-contained, the same bytes each time."""

import re
from html.parser import HTMLParser

import pytest
from fourfold.pipelines.report.figures import DASHES, Ink, as_svg, drawing, framed
from fourfold.pipelines.report.markup import Markup, element, joined
from fourfold.pipelines.report.page import Page, code, folded, paragraph
from fourfold.pipelines.report.tables import facts, number, table

VOID = {"meta", "br", "use"}


class Balance(HTMLParser):
    """Checks that every element that opens also closes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def picture(name: str = "one") -> Markup:
    with drawing(2) as (figure, (upper, lower)):
        upper.plot([1, 2, 3], color=Ink.FIRST, linestyle=DASHES[1], marker="o", label="A & B")
        lower.fill_between([0, 1], [0, 0], [1, 2], color=Ink.SECOND, alpha=0.3)
        upper.legend()
        return as_svg(figure, name=name, alt='two lines, "up"')


def page() -> str:
    built = Page("A <title>", "Lead & more.")
    built.section(
        "Numbers", table(["model", "MSE"], [["<naive>", number(0.5)], ["b", "–"]], caption="c", marked=[0])
    )
    built.section("Pictures", framed(picture(), "caption"), framed(picture("two"), "again"))
    built.section("Rest", paragraph("x < y"), folded("more", code("a && b")), facts({"k": 3}))
    return built.render()


def test_text_is_escaped_and_markup_is_not() -> None:
    assert joined("<", element("b", "&"), None) == "&lt;<b>&amp;</b>"
    assert element("a", href='"x"', hidden=True, id=None) == '<a href="&quot;x&quot;" hidden></a>'


def test_the_page_is_balanced_and_needs_nothing_from_outside() -> None:
    text = page()
    checker = Balance()
    checker.feed(text)
    assert checker.open == []
    assert not re.search(r"https?:|//[a-z]|<script|<link|<img|@import|url\((?!#)", text)
    assert "A &lt;title&gt;" in text and "<naive>" not in text
    assert text.count("<svg") == 2 and text.count('role="img"') == 2


def test_ids_of_two_pictures_do_not_meet() -> None:
    ids = re.findall(r'\sid="([^"]*)"', page())
    assert len(ids) == len(set(ids))


def test_pictures_are_drawn_in_variables_and_reproduce() -> None:
    first = picture()
    assert first == picture()
    assert Ink.FIRST not in first and "var(--ink-" in first
    assert ">A &amp; B<" in first, "text stays text"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.37021, "0.3702"),
        (12.3456, "12.35"),
        (1234.5678, "1,235"),
        (0.0012345, "0.001234"),
        (0.0, "0"),
        (float("nan"), "–"),
        (None, "–"),
        (1.5e8, "1.500e+08"),
        (-0.5, "-0.5000"),
        (2e-9, "2.000e-09"),
    ],
)
def test_numbers_are_shown_with_four_digits(value: float | None, shown: str) -> None:
    assert number(value) == shown
