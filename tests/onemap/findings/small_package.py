"""A lawful county of 64 patches as a package, with faults planted by hand, and re-exported as another program writes it."""

import copy
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from tests.onemap.quality import county

COUNTY = county.CODE
Package = county.County


def lawful() -> Package:
    return county.make(8, 8)


def with_wrong_code(package: Package, row: int, code: str = "0199") -> Package:
    """Patch `row` (from 0) carries a land class that no table knows: rule DLTB-DLBM-domain."""
    out = copy.deepcopy(package)
    out.columns["DLTB"]["DLBM"][row] = code
    return out


def with_overlap(package: Package, row: int, reach: float = 2.0) -> Package:
    """Patch `row` gets one corner pushed `reach` metres outwards, over its eastern neighbour."""
    out = copy.deepcopy(package)
    ring = list(out.shapes["DLTB"][row].exterior.coords)[:-1]
    at = max(range(len(ring)), key=lambda i: ring[i][0])
    ring[at] = (round(ring[at][0] + reach, 4), ring[at][1])
    out.shapes["DLTB"][row] = shapely.Polygon(ring)
    return out


def key(package: Package, row: int) -> str:
    return package.columns["DLTB"]["BSM"][row]


def re_exported(package: Package, seed: int = 5) -> Package:
    """The same patches in other order, rings begun elsewhere."""
    out = copy.deepcopy(package)
    order = np.random.default_rng(seed).permutation(len(out.shapes["DLTB"]))
    out.columns["DLTB"] = {name: [values[i] for i in order] for name, values in out.columns["DLTB"].items()}
    turned = []
    for shape in out.shapes["DLTB"][order]:
        ring = list(shape.exterior.coords)[:-1]
        turned.append(shapely.Polygon(ring[3:] + ring[:3]))
    out.shapes["DLTB"] = np.array(turned, object)
    return out


def zipped(package: Package) -> bytes:
    """The package as a county delivers it: a zip of one GeoPackage."""
    with tempfile.TemporaryDirectory() as held:
        path = Path(held) / f"{COUNTY}.gpkg"
        for number, (name, layer) in enumerate(package.layers().items()):
            columns = [n for n in layer.table.column_names if n != "geometry"]
            pyogrio.raw.write(
                str(path), geometry=np.array(layer.table.column("geometry").to_pylist(), object),
                field_data=[np.array(layer.table.column(n).to_pylist()) for n in columns], fields=np.array(columns),
                layer=name, driver="GPKG", geometry_type="Polygon", crs=f"EPSG:{layer.epsg}", append=number > 0,
            )  # fmt: skip
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.write(path, path.name)
        return out.getvalue()
