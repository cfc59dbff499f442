"""Shapes of the objects of a VCT file, from the flat arrays of its sections."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.onemap.formats.vct.errors import LineMissing, Misplaced
from ziyuan.onemap.formats.vct.lines import Lines
from ziyuan.onemap.formats.vct.objects import Objects, Sections
from ziyuan.onemap.formats.vct.rings import CLOSE, Curves, Rings, chained, closed
from ziyuan.onemap.formats.vct.rings import polygons as built

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Shaped:
    """Objects of one section with their shapes; texts and angles of annotations."""

    numbers: Ints
    codes: list[bytes]
    shapes: NDArray[np.object_]
    texts: list[str | None] | None = None
    angles: NDArray[np.float64] | None = None


def _ints(values: object) -> Ints:
    return np.array(values, np.int64)


def _shaped(objects: Objects, shapes: NDArray[np.object_]) -> Shaped:
    return Shaped(_ints(objects.ids), objects.codes, shapes)


def points(sections: Sections) -> Shaped:
    """One point for each object."""
    return _shaped(sections.points, shapely.points(sections.points.coordinates.all()))


def annotations(sections: Sections, encoding: str) -> Shaped:
    """One point for each text."""
    found = sections.annotations
    texts = [text.decode(encoding, "replace").strip() or None for text in found.texts]
    return Shaped(_ints(found.ids), found.codes, shapely.points(found.coordinates.all()), texts, np.array(found.angles))


def _parts(objects: Objects) -> tuple[Ints, Ints, Ints]:
    """(owner, start, size) of each run of coordinates."""
    start = _ints(objects.start)
    return _ints(objects.owner), start, np.diff(np.r_[start, objects.coordinates.count])


def curves(sections: Sections, lines: Lines) -> Shaped:
    """Lines; segments that meet become one line, others a line of several parts."""
    objects = sections.curves
    owner, start, size = _parts(objects)
    xy = objects.coordinates.all()
    short = np.flatnonzero(size < 2)
    if len(short):
        raise Misplaced(lines.physical(lines.number), "line 节", f"线 {objects.ids[owner[short[0]]]} 有两个以上的点", "1 个点")
    made = np.full(len(objects.ids), None, object)
    if not len(owner):
        return _shaped(objects, made)
    strings = shapely.linestrings(xy, indices=np.repeat(np.arange(len(size)), size))
    single = np.bincount(owner, minlength=len(made))[owner] == 1
    made[owner[single]] = strings[single]
    several = np.flatnonzero(~single)
    for group in np.split(several, np.flatnonzero(np.diff(owner[several])) + 1):
        if len(group):
            made[owner[group[0]]] = _joined([xy[start[k] : start[k] + size[k]] for k in group])
    return _shaped(objects, made)


def _joined(parts: list[NDArray[np.float64]]) -> shapely.Geometry:
    merged = [parts[0]]
    for part in parts[1:]:
        if np.hypot(*(part[0] - merged[-1][-1])) <= CLOSE:
            merged[-1] = np.concatenate([merged[-1], part[1:]])
        else:
            merged.append(part)
    lines = [shapely.linestrings(part) for part in merged]
    return lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)


def polygons(sections: Sections) -> Shaped:
    """Direct polygons, polygons of lines, then polygons of those."""
    objects = sections.polygons
    numbers = _ints(objects.ids)
    owner, start, _size = _parts(objects)
    tokens, of = _ints(objects.tokens), _ints(objects.of)
    nested = np.isin(of, np.fromiter(objects.nested, np.int64))
    rings = [
        closed(owner, start, objects.coordinates.all()),
        chained(tokens[~nested], of[~nested], numbers, _curves(sections)),
    ]
    both = Rings(*(np.concatenate([getattr(r, name) for r in rings]) for name in ("owner", "size", "xy")))
    made = built(both, len(numbers), numbers)
    _of_polygons(made, tokens[nested], of[nested], numbers)
    return _shaped(objects, made)


def _curves(sections: Sections) -> Curves:
    """Single lines by ascending number, their segments one after the other."""
    objects = sections.curves
    owner, start, size = _parts(objects)
    xy = objects.coordinates.all()
    first = np.r_[True, owner[1:] != owner[:-1]] if len(owner) else np.empty(0, bool)
    keep = np.ones(len(xy), bool)
    keep[start[~first]] = False  # the next segment repeats the end of the one before
    sizes = np.bincount(owner, weights=np.where(first, size, size - 1), minlength=len(objects.ids)).astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    order = np.argsort(_ints(objects.ids), kind="stable")
    return Curves(_ints(objects.ids)[order], starts[order], sizes[order], xy[keep])


def _of_polygons(made: NDArray[np.object_], tokens: Ints, of: Ints, numbers: Ints) -> None:
    """Polygons that are made of polygons: the parts of those named, in order."""
    row = {int(number): at for at, number in enumerate(numbers)}
    for at in np.unique(of):
        named = [int(abs(t)) for t in tokens[of == at] if t != 0]
        lost = [n for n in named if n not in row or made[row[n]] is None]
        if lost:
            raise LineMissing(int(numbers[at]), lost[0], len(lost) - 1)
        parts = np.concatenate([shapely.get_parts(made[row[n]]) for n in named])
        made[at] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
