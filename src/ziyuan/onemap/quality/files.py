"""Read any vector file for a check without a server: each in its own limited child process.

Unlike a delivery, any coordinate system is taken that the file declares (or `crs` names); the rules judge it.
"""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyproj

from ziyuan.base import sandbox
from ziyuan.base.sandbox import RawLayer, Unpacked
from ziyuan.onemap.formats import encoding as guard
from ziyuan.onemap.formats.errors import KindNotTaken
from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.formats.members import KINDS, SHP, VectorFile, sort_members
from ziyuan.onemap.quality.errors import CrsNotDeclared, LayerNotFound
from ziyuan.onemap.quality.frames import GEOMETRY_COLUMN
from ziyuan.onemap.standards.model import Model

_SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Wanted:
    """What the caller said about the file."""

    layer: str | None = None
    crs: int | None = None
    encoding: str | None = None


def read_file(path: Path, models: list[Model], wanted: Wanted) -> dict[str, LayerTable]:
    """Layers of the file that the models know, by the model's name of the layer.

    Raises what the sandbox and the guards raise, CrsNotDeclared, LayerNotFound.
    """
    held = Path(tempfile.mkdtemp(prefix="ziyuan-check-"))
    try:
        found: dict[str, LayerTable] = {}
        names: list[str] = []
        for vector in _vectors(path, held):
            for raw, text in _layers(vector, wanted):
                given = Path(vector.member.name).stem if vector.driver == SHP else raw.name
                names.append(given)
                name = _match(given, models, wanted)
                if name is not None and name not in found and GEOMETRY_COLUMN in text.table.column_names:
                    epsg = wanted.crs or _epsg(raw, given)
                    found[name] = LayerTable(name, epsg, text.table, vector.driver, text.encoding, vector.member.name)
    finally:
        shutil.rmtree(held, ignore_errors=True)
    if not found:
        for model in models:
            model.refuse_catalogue_only([wanted.layer] if wanted.layer else names)
        raise LayerNotFound(path.name, wanted.layer, names, [e for m in models for e in m.entities])
    return found


def _vectors(path: Path, held: Path) -> list[VectorFile]:
    suffix = path.suffix.lower()
    if suffix == ".zip":
        members = sandbox.unpack(path, held / "in", name=path.name)
    elif suffix in KINDS:
        members = [_member(p) for p in (path, *_beside(path))]
    else:
        raise KindNotTaken(path.name)
    sorted_ = sort_members(members)
    for _, fault in sorted_.faults:
        raise fault
    if not sorted_.vectors:
        raise KindNotTaken(path.name)
    return sorted_.vectors


def _beside(path: Path) -> list[Path]:
    if path.suffix.lower() != ".shp":
        return []
    stem = path.stem.casefold()
    return [p for p in path.parent.iterdir() if p.stem.casefold() == stem and p.suffix.lower() in _SIDE_FILES]


def _member(path: Path) -> Unpacked:
    return Unpacked(path.name, path.resolve(), path.stat().st_size, "")


def _layers(vector: VectorFile, wanted: Wanted) -> Iterator[tuple[RawLayer, guard.Text]]:
    is_shape = vector.driver == SHP
    declared, chosen = "UTF-8", None
    if is_shape:
        with open(vector.beside[".dbf"].path, "rb") as dbf:
            head = dbf.read(32)
        cpg = vector.beside.get(".cpg")
        named = cpg.path.read_bytes()[:64].decode("ascii", "replace").strip("\r\n\0 ") if cpg else None
        declared, chosen = guard.declared_encoding(head, named) or "", wanted.encoding
    for raw in sandbox.read_vector(vector.member.path, vector.driver).layers.values():
        text = guard.decode_text(raw.table, vector.member.name, latin1=is_shape, declared=declared or None, chosen=chosen)
        for fault in text.faults:
            raise fault
        yield raw, text


def _match(given: str, models: list[Model], wanted: Wanted) -> str | None:
    """The model's name of a layer; a model of one layer takes the only (or the named) layer of the file."""
    if wanted.layer is not None and given.casefold() != wanted.layer.casefold():
        return None
    entities = [name for model in models for name in model.entities]
    same = [name for name in entities if name.casefold() == given.casefold()]
    if same:
        return same[0]
    return entities[0] if len(entities) == 1 else None


def _epsg(raw: RawLayer, name: str) -> int:
    if not raw.crs:
        raise CrsNotDeclared(name)
    try:
        system = pyproj.CRS.from_user_input(raw.crs)
    except pyproj.exceptions.CRSError as error:
        raise CrsNotDeclared(name, raw.crs) from error
    epsg = system.to_epsg() or system.to_epsg(min_confidence=25)
    if epsg is None:
        raise CrsNotDeclared(name, system.name)
    return int(epsg)
