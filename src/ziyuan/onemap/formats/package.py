"""Reading a delivered package (成果包): unpack, sort, read each file behind walls, judge, name.

What is wrong with the files becomes faults; nothing is raised for bad input. A package with a
blocking fault is not handed on to the rules: they would only repeat it ten thousand times.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import shapely

from ziyuan.base import crs, sandbox
from ziyuan.base.errors import UserError
from ziyuan.base.geometry import Kind, PlaneBatch
from ziyuan.onemap.formats import crs_guard, errors, kinds, opening, tree
from ziyuan.onemap.formats.layer_table import County, LayerTable, Member
from ziyuan.onemap.formats.layout import Layout
from ziyuan.onemap.formats.members import VectorFile
from ziyuan.onemap.formats.opening import Asked, Opened

_FAMILY = {"ZY-SBX": "文件读取", "ZY-FMT-00": "成果完整性", "ZY-FMT-02": "编码", "ZY-FMT-03": "坐标系", "ZY-FMT-08": "成果目录",
           "ZY-BAS-02": "坐标系"}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a file, and where: the error's code is the rule. Deliveries make a finding of it."""

    rule: str
    kind: str
    family: str
    severity: str
    layer: str | None
    row: int | None
    field: str | None
    value: str | None
    message: str
    remedy: str
    line: int | None = None


@dataclass(frozen=True)
class Package:
    """What a package holds. `blocked`: unreadable, layer missing, CRS or encoding forbids the check."""

    layers: dict[str, LayerTable]
    faults: list[Fault]
    members: list[Member]
    digest: str
    blocked: bool


@dataclass
class _Work:
    layout: Layout
    county: County | None
    encoding: str | None
    crs: int | None
    period: str = ""
    layers: dict[str, LayerTable] = field(default_factory=dict)
    claimed: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    def claim_unread(self, stem: str, file: str) -> str | None:
        """A file that cannot be read still answers for its layer: it is broken, not missing."""
        layer = self.layout.match(stem)
        if layer is not None:
            self.claimed.setdefault(layer, file)
        return layer

    def fault(self, error: UserError, severity: str = "error", layer: str | None = None) -> None:
        self.faults.append(fault_of(error, severity, layer))


def read_package(
    path: Path, layout: Layout, *, county: County | None = None, encoding: str | None = None,
    crs: int | None = None, name: str = "", period: str = "", progress: Progress | None = None,
) -> Package:
    """Read a zip (of any data sets of the table of formats), or a single file.

    `encoding` and `crs` (EPSG) are the submitter's own answers where the guards had asked. `name` is
    the name the file was delivered under. Works in a folder of its own, removed at the end.

    Raises sandbox WallsMissing when this machine may not take files; bad input never raises.
    """
    sandbox.require_walls()
    work = _Work(layout, county, encoding, crs, period)
    with sandbox.held_folder() as held:
        _read_all(path, name or path.name, held, work, progress or (lambda *_: None))
    _name_missing(work)
    blocked = any(f.severity == "error" and f.family != _FAMILY["ZY-FMT-08"] for f in work.faults)
    return Package(work.layers, work.faults, work.members, file_sm3(path), blocked)


def _name_missing(work: _Work) -> None:
    found = "、".join(sorted(work.claimed))
    for name in work.layout.required:
        if name not in work.claimed:
            missing = errors.LayerMissing(name, work.layout.title, found)
            work.fault(missing, work.layout.rules.get("missing_layer", "error"), name)


def file_sm3(path: Path) -> str:
    """SM3 of a file, hexadecimal."""
    digest = hashlib.new("sm3")
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def fault_of(error: UserError, severity: str, layer: str | None) -> Fault:
    """An error about a file as a located fault: its facts say where."""
    facts = error.facts
    row, line = facts.get("row"), facts.get("line")
    family = next((title for head, title in _FAMILY.items() if error.code.startswith(head)), "文件读取")
    return Fault(
        error.code, type(error).__name__, family, severity, layer or _text(facts.get("layer")),
        row if isinstance(row, int) else None, _text(facts.get("field")), _text(facts.get("value")),
        error.message, error.remedy, line if isinstance(line, int) else None,
    )  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _read_all(path: Path, name: str, held: Path, work: _Work, progress: Progress) -> None:
    try:
        groups = opening.sorted_files(path, held, name, tables=lambda m: work.layout.match(m.path.stem) is not None)
    except UserError as fault:
        work.fault(fault)
        return
    for member, error in groups.faults:
        work.fault(error)
        work.claim_unread(member.path.stem, member.name)
        work.members.append(Member(member.name, member.size, member.sm3))
    for surplus in groups.surplus:
        if not work.layout.tree:
            work.fault(errors.MemberSurplus(surplus.name), work.layout.rules.get("surplus_member", "warning"))
        work.members.append(Member(surplus.name, surplus.size, surplus.sm3))
    for at, vector in enumerate(groups.vectors):
        progress(vector.member.name, at, len(groups.vectors))
        _read_vector(vector, work)
    _judge_tree(groups.members, [m.name for v in groups.vectors for m in v.beside.values()], work)


def _judge_tree(members: list[sandbox.Unpacked], beside: list[str], work: _Work) -> None:
    """Compare the members with the tree the layout asks for; a single file is no tree."""
    layout, values = work.layout, tree.values_of(work.county, work.period)
    if len(members) == 1 and not any(entry.required for entry in layout.tree):
        return
    names = [*layout.layers, *layout.aliases]
    for fault, severity in tree.judge(members, layout.tree, names, values, beside, layout.rules) if layout.tree else ():
        work.fault(fault, severity)
    for fault, severity in tree.judge_holds(work.members, layout.tree, names, values):
        work.fault(fault, severity)


def _read_vector(vector: VectorFile, work: _Work) -> None:
    if vector.format is kinds.SHP and work.layout.match(vector.stem) is None:
        surplus = errors.LayerSurplus(vector.stem, vector.member.name)
        work.fault(surplus, work.layout.rules.get("surplus_layer", "warning"))
        _show(vector, work)
        return
    try:
        found = list(opening.layers(vector, Asked(work.encoding)))
    except UserError as fault:
        work.fault(fault, layer=work.claim_unread(vector.stem, vector.member.name))
        _show(vector, work)
        return
    used = ""
    samples: list[str] = []
    names: list[str] = []
    for one in found:
        layer = _claim(_named(one, vector, len(found), work), vector.member.name, work)
        if layer is None:
            continue
        _tell(one, layer, work)
        used, samples = one.text.encoding, [*samples, *one.text.samples[:3]]
        names.append(layer)
        _take(layer, one, work)
    _show(vector, work, used, tuple(names), tuple(samples[:8]))


def _named(one: Opened, vector: VectorFile, count: int, work: _Work) -> str:
    """The layer's own name, or the file's where there is one layer and only that name is known."""
    return vector.stem if count == 1 and work.layout.match(one.name) is None else one.name


def _tell(one: Opened, layer: str, work: _Work) -> None:
    for fault in one.text.faults:
        work.fault(fault, "error", layer)
    for doubt in one.text.doubts:
        work.fault(doubt, "warning", layer)
    for note in one.notes:
        work.fault(errors.PassedOver(one.file, note), "note", layer)


def _show(vector: VectorFile, work: _Work, used: str = "", layers: tuple[str, ...] = (),
          samples: tuple[str, ...] = ()) -> None:
    main = vector.member
    work.members.append(Member(main.name, main.size, main.sm3, vector.driver, used, layers, samples))
    work.members += [Member(m.name, m.size, m.sm3) for m in vector.beside.values()]


def _claim(found: str, file: str, work: _Work) -> str | None:
    """Standard name of a layer, once per package; None when it is surplus or a second copy."""
    layer = work.layout.match(found)
    if layer is None:
        work.fault(errors.LayerSurplus(found, file), work.layout.rules.get("surplus_layer", "warning"))
        return None
    if layer in work.claimed:
        work.fault(errors.LayerRepeated(layer, work.claimed[layer], file), layer=layer)
        return None
    work.claimed[layer] = file
    if found != layer:
        work.fault(errors.LayerRenamed(found, layer), "note", layer)
    return layer


def _take(layer: str, one: Opened, work: _Work) -> None:
    table, shape = one.table, work.layout.layers[layer].shape
    if shape is not None and "geometry" not in table.column_names:
        work.fault(errors.NoGeometry(layer), layer=layer)
        return
    if table.num_rows == 0 and layer in work.layout.required:
        work.fault(errors.LayerEmpty(layer), layer=layer)
        return
    if shape is None:
        zone = work.county.zone if work.county else min(work.layout.crs)
        _keep(layer, crs.epsg_of_zone(zone), table, one, work)
        return
    seen = crs_guard.look(table.column("geometry"))
    judged = crs_guard.judge(layer, one.crs, seen, layout=work.layout, county=work.county, chosen=work.crs,
                             file=one.file)
    for fault in judged.faults:
        work.fault(fault, layer=layer)
    if judged.system is None:
        return
    epsg, table = _in_metres(table, judged.system, shape, work)
    _keep(layer, epsg, table, one, work)


def _keep(layer: str, epsg: int, table: pa.Table, one: Opened, work: _Work) -> None:
    work.layers[layer] = LayerTable(layer, epsg, table, one.format.driver or one.format.id, one.text.encoding, one.file,
                                    carrier=one.format.carries, lines=one.lines)  # fmt: skip


def _in_metres(table: pa.Table, system: crs.Crs, kind: Kind, work: _Work) -> tuple[int, pa.Table]:
    """A layer in degrees is projected once, here, into its county's zone; metres stay as they are."""
    if system.kind == "plane" or work.county is None:
        return system.epsg, table
    zone = work.county.zone
    column = table.column("geometry").to_pylist()
    batch = PlaneBatch.from_wkb(column, crs.DEGREES, zone=zone, strict=False, kind=kind)
    projected = shapely.to_wkb(batch.to_shapely())
    given = [new if ok else old for new, old, ok in zip(projected, column, batch.problems == 0, strict=True)]
    at = table.column_names.index("geometry")
    return crs.epsg_of_zone(zone), table.set_column(at, "geometry", pa.array(given, pa.binary()))
