"""The best speech that can be had is taken, and the report can say why not a better one."""

from dataclasses import replace

import pytest
from fourfold.domains.audio.speech_sets import speech_set as sets
from fourfold.shared.errors import InputError


@pytest.fixture
def kinds(monkeypatch):
    """Which kinds can be had is up to the test; those that can are an empty folder."""

    def allow(*names):
        def maker(name):
            def make(folder):
                if name not in names:
                    raise InputError("data", f"needs {name}, which is not here")
                folder.mkdir(parents=True, exist_ok=True)
                return folder

            return make

        replaced = {name: replace(kind, make=maker(name)) for name, kind in sets.KINDS.items()}
        monkeypatch.setattr(sets, "KINDS", replaced)

    return allow


def test_the_order(kinds, tmp_path):
    kinds(*sets.KINDS)
    assert sets.speech_set(cache=tmp_path).kind == "debian-prompts"
    kinds("espeak-ng", "synthetic-voice")
    found = sets.speech_set(cache=tmp_path)
    assert (found.kind, found.folder) == ("espeak-ng", tmp_path / "espeak-ng")
    assert found.passed_over == {"debian-prompts": "needs debian-prompts, which is not here"}
    kinds("synthetic-voice")
    found = sets.speech_set(cache=tmp_path)
    assert "synthetic voice" in found.title
    assert list(found.passed_over) == ["debian-prompts", "espeak-ng"]


def test_what_is_named_is_taken_or_refused(kinds, tmp_path):
    kinds("synthetic-voice")
    assert sets.speech_set("synthetic-voice", tmp_path).passed_over == {}
    with pytest.raises(InputError, match="needs espeak-ng"):
        sets.speech_set("espeak-ng", tmp_path)
    with pytest.raises(InputError, match="debian-prompts"):
        sets.speech_set("debain", tmp_path)


def test_the_cache_is_where_the_variable_says(kinds, tmp_path, monkeypatch):
    kinds("synthetic-voice")
    monkeypatch.setenv("FOURFOLD_CACHE", str(tmp_path))
    assert sets.speech_set().folder == tmp_path / "speech" / "synthetic-voice"
