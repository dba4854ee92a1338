"""The vendored libraries are those that their publishers sent out."""

import hashlib
import json

import pytest
from fourfold.pipelines.service.page_routes import FOLDER

VENDOR = FOLDER / "vendor"
LISTED = json.loads((VENDOR / "vendored.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LISTED)
def test_files_are_what_was_published(name):
    for file, digest in LISTED[name]["files"].items():
        assert hashlib.sha256((VENDOR / file).read_bytes()).hexdigest() == digest, file
    assert LISTED[name]["licence"] in ("MIT", "BSD-3-Clause")
    assert LISTED[name]["package"].endswith(f"/{name}/v/{LISTED[name]['version']}")
    assert any(file.endswith("/LICENSE") for file in LISTED[name]["files"])


def test_nothing_else_lies_there():
    listed = {file for library in LISTED.values() for file in library["files"]}
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert there == listed | {"vendored.json"}
    assert sum((VENDOR / file).stat().st_size for file in there) < 800_000


def test_licences_say_what_the_list_says():
    for library in LISTED.values():
        (text,) = [(VENDOR / file).read_text() for file in library["files"] if file.endswith("LICENSE")]
        words = {"MIT": "Permission is hereby granted", "BSD-3-Clause": "Redistribution and use in source"}
        assert words[library["licence"]] in text
