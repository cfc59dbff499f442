"""Import template (导入模板) of a standard: an empty GeoPackage with every layer and field."""

from pathlib import Path

import numpy as np
import pyogrio

from ziyuan.onemap.standards.model import Entity, Field, Model

_GEOMETRIES = {"polygon": "Polygon", "line": "LineString", "point": "Point", "none": None}


def write(model: Model, path: Path, *, epsg: int) -> None:
    """Write the template anew; text columns as TEXT, numbers as REAL or INTEGER."""
    path.unlink(missing_ok=True)
    for number, entity in enumerate(e for e in model.entities.values() if e.written_by == "delivery"):
        _write_layer(entity, path, epsg, append=number > 0)


def _write_layer(entity: Entity, path: Path, epsg: int, append: bool) -> None:
    kind = _GEOMETRIES[entity.geometry.kind]
    if kind == "Polygon" and entity.geometry.parts == "any":
        kind = "MultiPolygon"
    pyogrio.raw.write(
        str(path), geometry=np.empty(0, object) if kind else None,
        field_data=[np.empty(0, _dtype(f)) for f in entity.fields.values()],
        fields=np.array(list(entity.fields)), layer=entity.name, driver="GPKG", geometry_type=kind,
        crs=f"EPSG:{epsg}", append=append,
    )  # fmt: skip


def _dtype(field: Field) -> object:
    return {"integer": np.int32, "number": np.float64, "date": "datetime64[D]"}.get(field.type, object)
