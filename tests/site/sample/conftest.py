"""One small county, made once for all tests of the generator: two years, a faulty twin, plain files beside."""

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from ziyuan.site.sample.generate import Order, generate

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("ZIYUAN_SHARED", REPOSITORY.parent / "shared"))
COUNTY, FIRST, SECOND = "341124", 2024, 2025


def read(file: Path, layer: str) -> tuple[pa.Table, Any]:
    """Attributes and shapes of a layer."""
    _, table = pyogrio.read_arrow(file, layer=layer)
    shapes = shapely.from_wkb(table[table.column_names[-1]].to_numpy())
    return table.drop_columns([table.column_names[-1]]), shapes


def column(table: pa.Table, name: str) -> np.ndarray:
    """One column as numpy, nulls as None or NaN."""
    return table[name].to_numpy()


def shared(*parts: str) -> Path:
    """A file of the shared facts and data; the test is skipped, saying so, where they are absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"没有共享资料 {path}")
    return path


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """The folder with everything generated."""
    folder = tmp_path_factory.mktemp("sample")
    generate(Order(COUNTY, 3_000, 2, SECOND, faulty=True, plain=True, seed=7, out=folder))
    return folder


@pytest.fixture(scope="session")
def first(made) -> Path:
    return made / f"{COUNTY}-{FIRST}.gpkg"


@pytest.fixture(scope="session")
def second(made) -> Path:
    return made / f"{COUNTY}-{SECOND}.gpkg"
