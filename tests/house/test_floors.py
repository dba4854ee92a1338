"""pipelines > domains > shared, data: no import goes up a floor, across domains, or round in a circle."""

import textwrap

import pytest
from package_imports import ROOT, absolute_self_imports, find_cycle, import_graph, package_files

FLOOR = {"data": 0, "shared": 0, "domains": 1, "pipelines": 2}


def upward(graph):
    """Imports from a lower floor to a higher one; the root package itself may be imported from anywhere."""
    return [
        f"{name} imports {target}"
        for name, targets in graph.items()
        for target in targets
        if name and target and FLOOR[name.split(".")[0]] < FLOOR[target.split(".")[0]]
    ]


def across(graph):
    """Imports from one domain to another."""
    pairs = [(name, target) for name, targets in graph.items() for target in targets]
    both = [
        (a.split("."), b.split("."))
        for a, b in pairs
        if a.startswith("domains.") and b.startswith("domains.")
    ]
    return [f"{'.'.join(a)} imports {'.'.join(b)}" for a, b in both if a[1] != b[1]]


def test_no_import_goes_up_a_floor():
    assert upward(import_graph()) == []


def test_no_domain_imports_another():
    assert across(import_graph()) == []


def test_no_module_imports_itself_through_others():
    assert find_cycle(import_graph(typing_too=False)) == []


def test_the_package_imports_itself_relatively():
    lines = [
        f"{path.relative_to(ROOT)}:{line}" for path in package_files() for line in absolute_self_imports(path)
    ]
    assert lines == []


def test_every_import_leads_to_a_module():
    graph = import_graph()
    assert [f"{name} imports {target}" for name in graph for target in graph[name] - graph.keys()] == []


@pytest.fixture
def bad_house(tmp_path):
    """A package that breaks every rule once."""
    files = {
        "__init__.py": "",
        "data/__init__.py": "",
        "pipelines/__init__.py": "",
        "pipelines/cli.py": "from fourfold.shared import low",
        "shared/__init__.py": "",
        "shared/low.py": "def late():\n    from ..domains.graphs import layer",
        "shared/one.py": "from .two import two",
        "shared/two.py": "from . import one",
        "domains/__init__.py": "",
        "domains/graphs/__init__.py": "",
        "domains/graphs/layer.py": "from ..audio import sound",
        "domains/audio/__init__.py": "",
        "domains/audio/sound.py": "from ...pipelines import cli\nfrom ... import __version__",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return tmp_path


def test_each_rule_notices_when_it_is_broken(bad_house):
    graph = import_graph(bad_house)
    assert sorted(upward(graph)) == [
        "domains.audio.sound imports pipelines.cli",
        "shared.low imports domains.graphs.layer",
    ]
    assert across(graph) == ["domains.graphs.layer imports domains.audio.sound"]
    assert find_cycle(graph) == ["shared.one", "shared.two", "shared.one"]
    assert absolute_self_imports(bad_house / "pipelines" / "cli.py") == [1]
