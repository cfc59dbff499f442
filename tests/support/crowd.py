"""A crowd of counties that deliver on one day: officers, small packages of their own places, and doubtful senders."""

import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from tests.onemap import small_county as lattice
from tests.support.database import ROOT
from tests.support.nodes import Nodes
from ziyuan.base import crs
from ziyuan.base.node_client import Client

PASSWORD = "crowd-password"
COLUMNS, ROWS = 7, 6

_OFFICERS = """
import sys, django
django.setup()
from datetime import date
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import organ_of
for county in sys.argv[2:]:
    add_person(f"crowd{county}", "数据员", organ_of(county), sys.argv[1], ["data_officer"], date(2020, 1, 1))
"""


def counties(number: int) -> dict[str, tuple[shapely.Geometry, int]]:
    """The first counties of the province: code → outline in degrees, zone."""
    told = json.loads((ROOT / "examples" / "outlines" / "anhui.geojson").read_text(encoding="utf-8"))["features"]
    found = [f for f in told if f["properties"]["level"] == "county"]
    return {f["properties"]["code"]: (shapely.from_geojson(json.dumps(f["geometry"])), f["properties"]["zone"])
            for f in found[:number]}


def hire(nodes: Nodes, codes: list[str]) -> None:
    """A data officer for each county."""
    done = subprocess.run([sys.executable, "-c", _OFFICERS, PASSWORD, *codes], env=nodes.environment("inner"), cwd=ROOT,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def package(code: str, outline: shapely.Geometry, zone: int, year: int, padding: int = 0) -> bytes:
    """A zip of one GeoPackage with three layers at the county's heart; `padding` bytes of another member beside it."""
    heart = outline.representative_point()
    east, north = crs.to_plane(zone).transform(heart.x, heart.y)
    west, south = round(east / 100) * 100.0, round(north / 100) * 100.0
    patches = [
        lattice.patch(
            n + 1, shapely.MultiPolygon([shape]), *lattice.CLASSES[(n + year) % len(lattice.CLASSES)], year, code, zone
        )
        for n, shape in enumerate(lattice.grid(COLUMNS, ROWS, seed=int(code) % 97, west=west, south=south))
    ]
    land = lattice.table(patches)
    whole = shapely.union_all([p.shape for p in patches])
    village = {"BSM": f"{code}1900{1:08d}", "YSDM": "2001010100", "ZLDWDM": f"{code}101001" + "0" * 7, "ZLDWMC": "村",
               "MSSM": "00"}  # fmt: skip
    town = {"BSM": f"{code}1000{1:08d}", "YSDM": "1000600100", "XZQDM": f"{code}101", "XZQMC": "镇", "MSSM": "00"}
    with tempfile.TemporaryDirectory() as held:
        path = Path(held) / f"{code}.gpkg"
        kind = {"driver": "GPKG", "geometry_type": "MultiPolygon", "crs": f"EPSG:{crs.epsg_of_zone(zone)}",
                "geometry_name": "geometry"}  # fmt: skip
        pyogrio.write_arrow(land.table, path, layer="DLTB", **kind)
        for name, values in (("CJDCQ", village), ("XZQ", town)):
            one = lattice.plain_table(name, [(values["BSM"], shapely.MultiPolygon([whole]), values)])
            pyogrio.write_arrow(one.table, path, layer=name, append=True, **kind)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, path.name)
            if padding:
                noise = np.random.default_rng(padding).bytes(padding)
                archive.writestr(zipfile.ZipInfo("航片.dat"), noise, zipfile.ZIP_STORED)
        return out.getvalue()


def sm3(body: bytes) -> str:
    return hashlib.new("sm3", body).hexdigest()


class Doubtful(Client):
    """A sender who does not trust the answer and sends each part once more, as one who never heard it would."""

    def patch(self, path: str, body: bytes, **headers: str) -> None:
        super().patch(path, body, **headers)
        super().patch(path, body, **headers)


