"""Export a county's layer as of a day: GeoPackage in the county's plane system, or a table."""

import csv
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio

from ziyuan.base import crs
from ziyuan.base.csv_safe import safe_row
from ziyuan.base.geometry import Kind, to_metres, wkb_writer
from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotFound
from ziyuan.onemap.catalogue.lineage import stands_on
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.asof import in_period
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.register import latest
from ziyuan.onemap.editions.zone import zone_of
from ziyuan.onemap.services.errors import BadFormat
from ziyuan.onemap.services.query import query

MEDIA = {"gpkg": "application/geopackage+sqlite3", "csv": "text/csv; charset=utf-8"}
_SHAPES: dict[Kind, str] = {"point": "MultiPoint", "line": "MultiLineString", "polygon": "MultiPolygon"}
_ARROW = {"integer": pa.int64(), "number": pa.float64(), "date": pa.date32()}


@dataclass(frozen=True)
class Export:
    """A file made for one answer; whoever sends it deletes it."""

    path: Path
    name: str
    media: str


def export(
    by: kernel.Actor, name: str, county: str, asof: date | None = None, format: str = "gpkg", known: datetime | None = None
) -> Export:
    """All features of a county's layer as of a day, in a file. Raises BadFormat, NotFound."""
    if format not in MEDIA:
        raise BadFormat(format)
    kind = layer(name)
    found = query(by, kind, asof=asof, known=known, county=county)
    with kernel.acting(by):
        all_rows = in_period(kind, rows.features(kind, found.where, found.parameters), found.moment)
        if not all_rows:
            raise NotFound(f"{kind.title}的县区", county)
        region = kernel.region(county)
        _noted(by, kind, county, found.moment)
    with tempfile.NamedTemporaryFile(prefix="ziyuan-export-", suffix=f".{format}", delete=False) as made:
        path = Path(made.name)
    if format == "csv":
        _csv(path, kind, all_rows)
    else:
        path.unlink()
        _geopackage(path, kind, all_rows, zone_of(county))
    day = found.moment.on.isoformat()
    return Export(path, f"{kind.title}-{region.name}-{day}.{format}", MEDIA[format])


def _noted(by: kernel.Actor, kind: Layer, county: str, moment: Moment) -> None:
    """The map remembers who took which edition away: 来源与影响 counts it."""
    used = latest(kind.id, county, moment.on, moment.known)
    year = kernel.today().year
    number = f"DC-{year}-{kernel.next_number('map.export', year):06d}"
    stands_on(by, "export", number, [(kind.id, county, used.pk if used else None)])


def _csv(path: Path, kind: Layer, found: list[rows.Feature]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow([*kind.names, "valid_from", "valid_to", "edition"])
        table.writerow([*(f.title for f in kind.fields), "有效起", "有效止", "版本"])
        for f in found:
            values = [f.attributes[n] for n in kind.names]
            table.writerow(safe_row([*values, f.valid_from, f.valid_to, f.edition]))


def _geopackage(path: Path, kind: Layer, found: list[rows.Feature], zone: int) -> None:
    """In the county's zone, from the plane integers: what goes out is what came in. A table goes out without shapes."""
    columns: dict[str, Any] = {}
    for field in kind.fields:
        values = [f.attributes[field.name] for f in found]
        if field.type == "number":
            values = [None if v is None else float(v) for v in values]
        columns[field.name] = pa.array(values, type=_ARROW.get(field.type, pa.string()))
    batch = rows.batch_of(kind, found, zone)
    shaped: dict[str, Any] = {}
    if batch is not None:
        columns["geometry"] = wkb_writer.write(batch, to_metres(batch.coords))
        shaped = {"geometry_name": "geometry", "geometry_type": _SHAPES[batch.kind], "crs": f"EPSG:{crs.epsg_of_zone(zone)}"}
    pyogrio.write_arrow(pa.table(columns), path, layer=kind.entity.name, driver="GPKG", **shaped)
