"""Packages of a county as people really send them: Shapefiles in GBK without .cpg, and every kind of bad one."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
import shapely

LAYERS = ("XZQ", "CJDCQ", "DLTB", "YJJBNTTB", "STBHHX", "CZKFBJ")
Change = Callable[[str, pa.Table], pa.Table | None]


def _whole(name: str, table: pa.Table) -> pa.Table | None:
    return table


def written(package: Path, driver: str, change: Change = _whole, crs: str = "", **options: Any) -> dict[str, bytes]:
    """The layers of a true package written anew: file name → bytes. `change` alters a layer or leaves it out."""
    suffix = {"GPKG": "gpkg", "ESRI Shapefile": "shp"}[driver]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(package) as archive:
            (inside,) = archive.namelist()
            archive.extract(inside, folder / "true")
        out = folder / "out"
        out.mkdir()
        for layer in LAYERS:
            meta, table = pyogrio.read_arrow(folder / "true" / inside, layer=layer)
            column = meta["geometry_name"] or table.column_names[-1]
            changed = change(layer, table.rename_columns([*table.column_names[:-1], "geometry"]) if column else table)
            if changed is None:
                continue
            file = out / (f"{layer}.shp" if suffix == "shp" else "340123.gpkg")
            told = {"geometry_name": "geometry", "crs": crs or meta["crs"], "geometry_type": meta["geometry_type"]}
            pyogrio.write_arrow(changed, file, layer=layer, driver=driver, append=file.exists(), **told, **options)
        return {p.name: p.read_bytes() for p in sorted(out.iterdir()) if p.suffix != ".cpg"}


def shapefiles(package: Path, change: Change = _whole) -> dict[str, bytes]:
    """Shapefiles in GBK; the .cpg that would say so is not there."""
    return written(package, "ESRI Shapefile", change, encoding="GBK")


def packed(members: dict[str, bytes]) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def first_shape(layer: str, make: Callable[[Any], Any]) -> Change:
    """Replace the first geometry of a layer."""

    def change(name: str, table: pa.Table) -> pa.Table:
        if name != layer:
            return table
        shapes = shapely.from_wkb(table.column("geometry").to_pylist())
        shapes[0] = make(shapes[0])
        return table.set_column(table.num_columns - 1, "geometry", pa.array(shapely.to_wkb(shapes), pa.binary()))

    return change


def crossed(shape: Any) -> Any:
    """A ring that crosses itself, in the place of the shape."""
    west, south, east, north = shape.bounds
    ring = [(west, south), (east, north), (east, south), (west, north), (west, south)]
    return shapely.MultiPolygon([shapely.Polygon(ring)])


def without(layer: str) -> Change:
    return lambda name, table: None if name == layer else table


def mixed(package: Path) -> bytes:
    """One value of a GBK table written in UTF-8."""
    members = shapefiles(package)
    body, gbk, utf8 = members["DLTB.dbf"], "水田".encode("gbk"), "水田".encode()
    at = body.index(gbk)
    members["DLTB.dbf"] = body[:at] + utf8 + body[at + len(utf8) :]
    return packed(members)


def disguised(package: Path) -> bytes:
    """A VRT that would read a file of the server, dressed as a Shapefile."""
    vrt = (
        "<OGRVRTDataSource><OGRVRTLayer name='DLTB'><SrcDataSource>/etc/passwd</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    return packed(shapefiles(package) | {"DLTB.shp": vrt.encode()})
