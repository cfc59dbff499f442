"""Incremental deliveries (增量更新): changeset packages read, made whole for the check, applied at acceptance.

The file is one changeset package (.zyc), or a zip of several, one for each layer. Each is sealed by the node that made
it and names the edition it starts from; another base is a finding, not a failure.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ziyuan.base import sandbox
from ziyuan.base.errors import UserError
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.errors import ChangesElsewhere, ChangesMissing
from ziyuan.onemap.deliveries.mandates import Mandate, mandate
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.differences.package import Package as ChangePackage
from ziyuan.onemap.editions import changesets
from ziyuan.onemap.formats import Fault, LayerTable, Member, Package, file_sm3
from ziyuan.onemap.formats.package import fault_of

SUFFIX = ".zyc"


def packed(row: Delivery) -> bool:
    """True for changeset packages (and for what is no archive at all); False for a package of update layers."""
    if Path(row.file_name).suffix.casefold() not in (".zip", ""):
        return row.file_name.casefold().endswith(SUFFIX)
    try:
        with _files(row) as found:
            return bool(found)
    except UserError:
        return True


def package_of(by: kernel.Actor, row: Delivery, task: Mandate) -> Package:
    """The layers as they would be after the changes; every refusal is a fault of its member."""
    names = {layer.id: name for name, layer in task.layout.layers.items()}
    layers: dict[str, LayerTable] = {}
    faults: list[Fault] = []
    members: list[Member] = []
    try:
        with _files(row) as found:
            if not found:
                raise ChangesMissing(row.file_name)
            for shown, path in found:
                held: tuple[str, ...] = ()
                try:
                    changes = _read(row, task, path)
                    name = names[changes.changeset.layer]
                    layers[name], held = changesets.whole(changes.changeset, by=by), (name,)
                except UserError as wrong:
                    faults.append(fault_of(wrong, "error", None))
                members.append(Member(shown, path.stat().st_size, file_sm3(path), "ZYC", "UTF-8", held))
    except UserError as wrong:
        faults.append(fault_of(wrong, "error", None))
    return Package(layers, faults, members, row.file_sm3, bool(faults))


def apply(by: kernel.Actor, row: Delivery) -> list[Any]:
    """Apply every changeset of the delivery; the new editions. All or nothing, in the caller's transaction.

    Raises the errors of changesets.apply: another base, a target that is not reached.
    """
    task = mandate(row.mandate)
    with _files(row) as found:
        return [changesets.apply(_read(row, task, path), by=by, delivery_no=row.no, county=row.county) for _, path in found]


def _read(row: Delivery, task: Mandate, path: Path) -> ChangePackage:
    """A changeset about this county, this period and a layer of the mandate."""
    package = changesets.read(path)
    changes = package.changeset
    day = task.reference_date(row.period)
    known = {layer.id for layer in task.layout.layers.values()}
    if changes.layer not in known or changes.county != row.county or changes.target.reference_date != day:
        raise ChangesElsewhere(changes.layer, changes.county, changes.target.reference_date, row.county, day)
    return package


@contextmanager
def _files(row: Delivery) -> Iterator[list[tuple[str, Path]]]:
    """(name, path) of every changeset in the file."""
    path = kernel.file_path(row.file_sm3)
    if row.file_name.casefold().endswith(SUFFIX):
        yield [(row.file_name, path)]
        return
    with tempfile.TemporaryDirectory(prefix="ziyuan-changes-") as held:
        found = sandbox.unpack(path, Path(held) / "in", name=row.file_name)
        yield [(m.name, m.path) for m in found if m.name.casefold().endswith(SUFFIX)]
