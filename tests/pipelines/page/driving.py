"""What the tests of the page do again and again."""

import json
from pathlib import Path


def open_view(page, name: str) -> None:
    """Go to a view and wait until the models are known."""
    page.goto(f"/#{name}")
    page.wait_for_selector("#server-state.ready")
    page.wait_for_selector(f"#{name}:not([hidden])")


def press(page, view: str, selector: str) -> None:
    """Press a button and wait until its work has ended, well or badly."""
    page.click(f"#{view} {selector}")
    page.wait_for_selector(f"#{view} button.main:not(:disabled)")


def sentence(page, view: str) -> str:
    """What the view says is wrong."""
    return page.inner_text(f"#{view} .stage > .message .notice.bad")


def drawn(page, selector: str) -> int:
    """Length of a canvas's picture as a data URL, in the end."""
    page.wait_for_function("chosen => document.querySelector(chosen)?.width > 0", arg=selector)
    return page.evaluate("chosen => document.querySelector(chosen).toDataURL().length", selector)


def picture(page, selector: str) -> str:
    """The picture itself."""
    return page.evaluate("chosen => document.querySelector(chosen).toDataURL()", selector)


def downloaded(page, selector: str) -> tuple[str, bytes]:
    """Name and content of the file that a button gives."""
    with page.expect_download() as waiting:
        page.click(selector)
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def wide(page) -> int:
    """Pixels that the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def answers(page, module: str, expression: str, argument=None):
    """What a function of one of the page's modules gives: `expression` sees `module` and `given`."""
    code = f"async given => {{ const module = await import('/page/modules/{module}'); return {expression}; }}"
    return page.evaluate(code, json.loads(json.dumps(argument)))
