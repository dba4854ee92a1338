"""The page over HTTP: its policy, its files, and nothing beside them."""

import re

import pytest
from fourfold.pipelines.service.page_routes import FOLDER


@pytest.fixture(scope="module")
def client(serving, tiny_forecaster, tmp_path_factory):
    token = tmp_path_factory.mktemp("token") / "token"
    token.write_text("0123456789abcdef")
    return serving(models=(str(tiny_forecaster),), token_file=token)


def test_the_page_comes_without_token_and_under_its_policy(client):
    answer = client.get("/")
    assert answer.status_code == 200
    policy = dict(rule.strip().split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    (nonce,) = re.findall(r"'nonce-([\w-]{20,})'", policy["style-src"])
    assert f'content="{nonce}"' in answer.text
    assert nonce not in client.get("/").headers["Content-Security-Policy"]


def test_nothing_in_the_page_is_inline_or_from_elsewhere(client):
    text = client.get("/").text
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", text) == []
    named = re.findall(r'(?:src|href)="([^"#]+)"', text)
    assert named
    for address in named:
        assert "//" not in address
        assert client.get(f"/{address}").status_code == 200, address


def test_every_module_imports_files_that_are_there():
    for path in (FOLDER / "modules").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r'^(?:import|export)[^;]*?from "([^"]+)";', text, re.MULTILINE):
            assert (path.parent / target).resolve().is_file(), f"{path.name}: {target}"
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
        ), path
        assert not re.search(r"https?://(?!www\.w3\.org)", text), path
        assert text.count("\n") < 400


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("modules/main.js", "text/javascript; charset=utf-8"),
        ("styles/colours.css", "text/css; charset=utf-8"),
        ("samples/weather.csv", "text/csv; charset=utf-8"),
        ("samples/synthetic-voice.wav", "audio/wav"),
        ("logo.svg", "image/svg+xml; charset=utf-8"),
    ],
)
def test_files_have_their_types(client, file, kind):
    answer = client.get(f"/page/{file}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(f"/page/{file}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["../service/app.py", "%2e%2e/service/app.py", "modules", "", "modules/none.js"]
)
def test_nothing_beside_the_page_is_served(client, path):
    assert client.get(f"/page/{path}").status_code in (401, 404)
