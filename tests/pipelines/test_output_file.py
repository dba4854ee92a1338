"""Output paths that would do harm are refused before any work."""

from pathlib import Path

import pytest
from fourfold.pipelines.output_file import check_output
from fourfold.shared.errors import InputError


def test_the_table_that_is_read_is_never_replaced(tmp_path: Path) -> None:
    table, link = tmp_path / "table.csv", tmp_path / "link.csv"
    table.write_text("y\n1\n")
    link.symlink_to(table)
    for output in (table, link, tmp_path / "." / "table.csv"):
        with pytest.raises(InputError, match="is the file that is read"):
            check_output(output, inputs=(table, None))
    check_output(tmp_path / "other.csv", inputs=(table, None))
