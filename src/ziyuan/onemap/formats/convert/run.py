"""The conversion: read behind walls, guard, fit, write beside the target, read back, compare, rename."""

import os
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from ziyuan.base import crs, sandbox
from ziyuan.onemap.formats import geoparquet, kinds, opening
from ziyuan.onemap.formats.convert import boundary, gdal, tables, vct
from ziyuan.onemap.formats.convert import shapes as shaping
from ziyuan.onemap.formats.convert.columns import Fit
from ziyuan.onemap.formats.convert.compare import compare, found
from ziyuan.onemap.formats.convert.layer import Layer, of_opened, plain_name
from ziyuan.onemap.formats.convert.names import mapped
from ziyuan.onemap.formats.convert.told import (
    CannotCarry,
    LayerNotThere,
    Loss,
    NothingToConvert,
    OutputExists,
    OutputUnknown,
    SeveralLayers,
)
from ziyuan.onemap.formats.errors import KindNotTaken
from ziyuan.onemap.formats.kinds import Format
from ziyuan.onemap.formats.opening import Asked, Opened
from ziyuan.onemap.formats.systems import system_of
from ziyuan.onemap.standards.model import Entity, Model

_DROPPED_BY_DXF = "DXF 不带属性,整列未写出"
_NOT_IN_PARCEL = "界址点文件没有放它的位置,整列未写出"


@dataclass(frozen=True)
class Wish:
    """What the caller asks of a conversion."""

    layer: str | None = None
    crs: int | None = None
    encoding: str | None = None
    xy: tuple[str, ...] = ()
    models: tuple[Model, ...] = ()
    force: bool = False
    made: date = field(default_factory=date.today)


@dataclass
class Report:
    """What was read, written and lost."""

    source: list[Opened]
    kind: Format
    losses: list[Loss] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    written: list[Layer] = field(default_factory=list)


@dataclass(frozen=True)
class Target:
    """Where to write: the format, and whether files go into an archive."""

    path: Path
    kind: Format
    packed: bool

    @property
    def several(self) -> bool:
        """Whether more than one layer has a place."""
        return self.kind.carries.layers or (self.packed and self.kind is kinds.SHP)


def target_of(path: Path) -> Target:
    """The target that a name means: `.zip` holds Shapefiles, `.gdb.zip` and `.gpkg.zip` what they say."""
    name = path.name.lower()
    if name.endswith(".zip"):
        inner = kinds.BY_EXTENSION.get(Path(name.removesuffix(".zip")).suffix, kinds.SHP)
        return Target(path, inner, True)
    kind = kinds.BY_EXTENSION.get(path.suffix.lower())
    if kind is None or path.suffix.lower() == ".xlsm":
        raise OutputUnknown(path.name)
    return Target(path, kind, False)


def convert(source: Path, out: Path, wish: Wish) -> Report:
    """Convert `source` into `out`; `out` appears whole or not at all.

    Raises OutputExists, OutputUnknown, SeveralLayers, LayerNotThere, CannotCarry for what cannot be asked, and what
    the sandbox, the readers and the guards raise for a file that cannot be read.
    """
    target = target_of(out)
    _check_free(target, wish.force)
    opened = read(source, wish)
    report = Report(opened, target.kind)
    layers = _fitted(_chosen(opened, target, wish, report), target, report)
    with sandbox.held_folder(out.absolute().parent) as held:
        place = held / "out"
        place.mkdir()
        written = _write(place, layers, target, wish, report)
        _compare(written, held, target, report)
        _move(place, target, held)
    report.written = layers
    return report


def read(source: Path, wish: Wish) -> list[Opened]:
    """All layers of a file, or the one asked for; a fault of the text stops."""
    with sandbox.held_folder() as held:
        groups = opening.sorted_files(source, held)
        for _, fault in groups.faults:
            raise fault
        if not groups.vectors:
            raise KindNotTaken(source.name)
        every = [one for vector in groups.vectors for one in opening.layers(vector, Asked(wish.encoding, wish.xy))]
    for one in every:
        for fault in one.text.faults:
            raise fault
    if wish.layer is None:
        return every
    same = [one for one in every if one.name.casefold() == wish.layer.casefold()]
    if not same:
        raise LayerNotThere(wish.layer, [one.name for one in every])
    return same


def _check_free(target: Target, force: bool) -> None:
    if not force and any(path.exists() for path in [target.path, *_beside(target)]):
        raise OutputExists(target.path.name)


def _beside(target: Target) -> list[Path]:
    """Files of an older data set of the same name."""
    if target.packed or target.kind not in (kinds.SHP, kinds.GML):
        return []
    endings = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix") if target.kind is kinds.SHP else (".xsd", ".gfs")
    return [target.path.with_suffix(ending) for ending in endings]


def _chosen(opened: Sequence[Opened], target: Target, wish: Wish, report: Report) -> list[Layer]:
    needs_system = target.kind.carries.crs != "none"
    layers = [of_opened(one, wish.crs, needs_system=needs_system) for one in opened]
    if not target.kind.carries.tables:
        report.losses += [Loss("layer", layer.name, None, layer.table.num_rows, "没有图形的表不能装,未写出")
                          for layer in layers if layer.shapes is None]  # fmt: skip
        shaped = [layer for layer in layers if layer.shapes is not None]
        if layers and not shaped:
            raise CannotCarry("、".join(layer.name for layer in layers), target.kind.title, "没有图形的表")
        layers = shaped
    if not layers:
        raise NothingToConvert(target.path.name)
    if len(layers) > 1 and not target.several:
        raise SeveralLayers(target.kind.title, [layer.name for layer in layers])
    entities = _entities(wish.models)
    return [_typed(layer, entities.get(layer.name.upper())) for layer in layers]


def _entities(models: Sequence[Model]) -> dict[str, Entity]:
    return {name.upper(): entity for model in models for name, entity in model.entities.items()}


def _typed(layer: Layer, entity: Entity | None) -> Layer:
    """Text that the standard calls a number, a whole number or a date, where every value is one."""
    if entity is None:
        return layer
    types = {"integer": pa.int64(), "number": pa.float64(), "date": pa.date32()}
    table = layer.table
    for at, column in enumerate(table.schema):
        field_ = entity.fields.get(column.name.upper())
        wanted = types.get(field_.type) if field_ is not None else None
        if wanted is not None and pa.types.is_string(column.type):
            try:
                table = table.set_column(at, column.name, pc.utf8_trim_whitespace(table.column(at)).cast(wanted))
            except pa.ArrowInvalid:
                continue
    return replace(layer, table=table)


def _fitted(layers: Sequence[Layer], target: Target, report: Report) -> list[Layer]:
    made = []
    for layer in layers:
        parts = shaping.split(layer, target.kind, target.several)
        if len(parts) > 1:
            names = "、".join(part.name for part in parts)
            report.notes.append(f"图层 {layer.name} 同时含有几种图形,分写为 {names}。")
        made += [_fit(part, target.kind, report) for part in parts]
    return made


def _fit(layer: Layer, kind: Format, report: Report) -> Layer:
    layer = shaping.fitted(layer, kind, report.losses)
    system = shaping.checked_system(layer, kind, report.losses)
    if kind is kinds.KML:
        layer = _in_wgs84(layer, report.losses)
    elif kind is kinds.TXT:
        layer = _with_zone(layer, report.notes)
    elif kind.carries.crs != "none":
        layer = replace(layer, system=system)
    decimals = _decimals(layer, kind)
    if decimals is not None:
        layer = shaping.rounded(layer, decimals, report.losses)
    return _attributes(layer, kind, report)


def _decimals(layer: Layer, kind: Format) -> int | None:
    """Decimals of a format that has a grid; None for those that hold any double."""
    geographic = layer.system is not None and layer.system.geographic
    if kind is kinds.VCT:
        return vct.DEGREES if geographic else vct.PLANE
    if kind is kinds.TXT:
        return 4
    return gdal.gdb_decimals(layer) if kind is kinds.GDB else None


def _in_wgs84(layer: Layer, losses: list[Loss]) -> Layer:
    """KML knows WGS 84 only: CGCS2000 differs by less than a decimetre, so the copy is for looking at."""
    system = layer.system
    if layer.shapes is None or system is None or system.epsg == 4326:
        return layer
    if system.ours is not None and system.ours.zone is not None:
        east = 0.0 if system.ours.prefixed else system.ours.zone * float(crs.METRES_PER_ZONE)
        convert_ = crs.to_degrees(system.ours.zone)
        shapes = shapely.transform(layer.shapes, lambda x, y: convert_.transform(x + east, y), interleaved=False)
    elif system.ours is not None:
        shapes = layer.shapes
    else:
        other = pyproj.Transformer.from_crs(system.text, "EPSG:4326", always_xy=True)
        shapes = shapely.transform(layer.shapes, other.transform, interleaved=False)
    losses.append(Loss("crs", layer.name, None, layer.table.num_rows,
                       "KML 只用 WGS84 经纬度,坐标已换算,只供显示,不得用作界址", None, system.text[:60],
                       "EPSG:4326"))  # fmt: skip
    return replace(layer, shapes=shapes, system=system_of("EPSG:4326"))


def _with_zone(layer: Layer, notes: list[str]) -> Layer:
    """Boundary texts carry the zone in the easting."""
    system = layer.system
    if layer.shapes is None or system is None or system.ours is None or system.ours.zone is None or system.ours.prefixed:
        return layer
    east = system.ours.zone * float(crs.METRES_PER_ZONE)
    notes.append(f"图层 {layer.name} 的东坐标加上了带号 {system.ours.zone}。")
    shapes = shapely.transform(layer.shapes, lambda x, y: (x + east, y), interleaved=False)
    return replace(layer, shapes=shapes, system=system_of(f"EPSG:{crs.epsg_of_zone(system.ours.zone)}"))


def _attributes(layer: Layer, kind: Format, report: Report) -> Layer:
    fit = Fit(layer.name, kind.carries, layer.rows, forbidden=vct.FORBIDDEN if kind is kinds.VCT else ())
    kept = list(layer.table.column_names)
    if kind.carries.attributes != "any":
        kept = list(boundary.taken(kept).values()) if kind.carries.attributes == "parcel" else []
        why = _NOT_IN_PARCEL if kind.carries.attributes == "parcel" else _DROPPED_BY_DXF
        for name in layer.table.column_names:
            if name not in kept:
                fit.lose_all(name, layer.table.column(name), why)
    columns = {name: fit.column(name, layer.table.column(name)) for name in kept}
    columns = {name: column for name, column in columns.items() if column is not None}
    new = mapped(list(columns), kind.carries) if kind.carries.attributes == "any" else {n: n for n in columns}
    for old, name in new.items():
        if old != name:
            fit.losses.append(Loss("name", layer.name, old, layer.table.num_rows, f"字段名写为“{name}”", None, old, name))
    report.losses += fit.losses
    report.notes += fit.notes
    arrays = {new[name]: column for name, column in columns.items()}
    table = pa.table(arrays) if arrays else layer.table.select([])
    return replace(layer, table=table, names={new[old]: old for old in columns})


def _write(place: Path, layers: Sequence[Layer], target: Target, wish: Wish, report: Report) -> list[tuple[Layer, Path]]:
    """Write into the folder `place`; which layer is in which file."""
    kind = target.kind
    stem = target.path.name.split(".")[0] if target.packed else target.path.stem
    file = place / (plain_name(stem) + kind.extensions[0])
    if not target.packed and kind is not kinds.SHP:
        file = place / target.path.name
    if kind is kinds.SHP and not target.packed:
        layers = [replace(layers[0], name=target.path.stem)]
    if kind.driver:
        return [(w.layer, w.file) for w in gdal.write(place if kind is kinds.SHP else file, layers, kind)]
    if kind is kinds.CSV:
        tables.write_csv(file, layers[0])
    elif kind is kinds.XLSX:
        tables.write_xlsx(file, layers)
    elif kind is kinds.PARQUET:
        _write_parquet(file, layers[0])
    elif kind is kinds.VCT:
        report.notes += vct.write(file, layers, _entities(wish.models), wish.made)
    else:
        boundary.write(file, layers[0], boundary.taken(list(layers[0].table.column_names)), wish.made)
    return [(layer, file) for layer in layers]


def _write_parquet(file: Path, layer: Layer) -> None:
    full = layer.table
    if layer.shapes is not None:
        full = full.append_column(pa.field("geometry", pa.binary()), pa.array(shapely.to_wkb(layer.shapes), pa.binary()))
    geoparquet.write(file, full, layer.system.text if layer.system is not None else None)


def _compare(written: Sequence[tuple[Layer, Path]], held: Path, target: Target, report: Report) -> None:
    """Read what was written as anybody would, and name what differs."""
    kind = target.kind
    xy: dict[Path, list[Opened]] = {}
    for layer, file in written:
        if file not in xy:
            back = held / f"back{len(xy)}"
            back.mkdir()
            groups = opening.sorted_files(file, back)
            xy[file] = [one for vector in groups.vectors for one in opening.layers(vector, Asked())]
        name = layer.name if kind is not kinds.VCT else vct.table_name(layer.name)
        report.losses += compare(layer, found(xy[file], name), attributes=kind.carries.attributes == "any",
                                 split_parts=kind is kinds.DXF)  # fmt: skip


def _move(place: Path, target: Target, held: Path) -> None:
    """Bring the result to its name in one step for each file; an older one is replaced."""
    if target.packed:
        archive = held / "packed.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
            for path in sorted(p for p in place.rglob("*") if p.is_file()):
                out.write(path, path.relative_to(place))
        os.replace(archive, target.path)
        return
    for stale in _beside(target):
        stale.unlink(missing_ok=True)
    for path in sorted(place.iterdir(), key=lambda p: p.suffix.lower() == target.path.suffix.lower()):
        final = target.path.parent / path.name if path.suffix.lower() != target.path.suffix.lower() else target.path
        if final.is_dir():
            os.rename(final, held / "older")
        os.replace(path, final)
    shutil.rmtree(place, ignore_errors=True)
