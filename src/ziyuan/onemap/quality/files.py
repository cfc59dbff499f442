"""Read any vector file for a check without a server: each in its own limited child process.

Unlike a delivery, any coordinate system is taken that the file declares (or `crs` names); the rules judge it.
"""

from dataclasses import dataclass
from pathlib import Path

import pyproj

from ziyuan.base import sandbox
from ziyuan.onemap.formats import opening
from ziyuan.onemap.formats.errors import KindNotTaken
from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.formats.opening import Asked, Opened
from ziyuan.onemap.quality.errors import CrsNotDeclared, LayerNotFound, ShapesMissing
from ziyuan.onemap.quality.frames import GEOMETRY_COLUMN
from ziyuan.onemap.quality.plane import placed_system
from ziyuan.onemap.standards.model import Model


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
    found: dict[str, LayerTable] = {}
    names: list[str] = []
    bare: list[str] = []
    with sandbox.held_folder() as held:
        groups = opening.sorted_files(path, held)
        for _, fault in groups.faults:
            raise fault
        if not groups.vectors:
            raise KindNotTaken(path.name)
        for vector in groups.vectors:
            for one in opening.layers(vector, Asked(wanted.encoding)):
                for unreadable in one.text.faults:
                    raise unreadable
                names.append(one.name)
                name = _match(one.name, models, wanted)
                if name is None or name in found:
                    continue
                if _fits(name, one, models):
                    found[name] = _table(name, one, wanted)
                else:
                    bare.append(one.name)
    if not found:
        if bare:
            raise ShapesMissing(path.name, bare)
        for model in models:
            model.refuse_catalogue_only([wanted.layer] if wanted.layer else names)
        raise LayerNotFound(path.name, wanted.layer, names, [e for m in models for e in m.entities])
    return found


def _fits(name: str, one: Opened, models: list[Model]) -> bool:
    """A layer of shapes needs a column of shapes; a table needs none."""
    if GEOMETRY_COLUMN in one.table.column_names:
        return True
    return any(name in model.entities and model.entities[name].geometry.kind == "none" for model in models)


def _table(name: str, one: Opened, wanted: Wanted) -> LayerTable:
    epsg = wanted.crs or (_epsg(one, one.name) if GEOMETRY_COLUMN in one.table.column_names else 0)
    return LayerTable(name, epsg, one.table, one.format.driver or one.format.id, one.text.encoding, one.file,
                      carrier=one.format.carries, lines=one.lines)  # fmt: skip


def _match(given: str, models: list[Model], wanted: Wanted) -> str | None:
    """The model's name of a layer; a model of one layer takes the only (or the named) layer of the file."""
    if wanted.layer is not None and given.casefold() != wanted.layer.casefold():
        return None
    entities = [name for model in models for name in model.entities]
    same = [name for name in entities if name.casefold() == given.casefold()]
    if same:
        return same[0]
    return entities[0] if len(entities) == 1 else None


def _epsg(raw: Opened, name: str) -> int:
    if not raw.crs:
        raise CrsNotDeclared(name)
    try:
        system = pyproj.CRS.from_user_input(raw.crs)
    except pyproj.exceptions.CRSError as error:
        raise CrsNotDeclared(name, raw.crs) from error
    epsg = system.to_epsg()  # a likeness of less than seventy in a hundred is a guess
    if epsg is None or placed_system(int(epsg)) is None:
        raise CrsNotDeclared(name, system.name)
    return int(epsg)
