"""The fact sheets kept beside the repository; tests that read them are skipped where they are absent."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def sheet(shared_data: Path) -> Callable[[str], list[dict[str, str]]]:
    """Rows of a fact sheet by file name."""
    folder = shared_data.parent / "facts"
    if not folder.is_dir():
        pytest.skip("没有 shared/facts(事实表),跳过")

    def read(name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    return read
