import sys
from pathlib import Path

import pytest

# The house tests share a reader of imports and one of pages, which are no part of the package.
sys.path.insert(0, str(Path(__file__).parent))

from written_pages import Desk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One for all pages of documentation."""
    return Desk(tmp_path_factory.mktemp("desk"))
