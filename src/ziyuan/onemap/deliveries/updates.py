"""A year's update layers as changes (更新层): the base layer without what the record names, and the new state put in.

An update package holds the new state of what changed (`DLTBGX`) and the record of it (`DLTBGXGC`). The layer they change
is made whole from the base edition before the check, so that borders and balances are judged over the whole county; what
the record or the new state lacks is found by the standard's rules of change.
"""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.onemap.deliveries import bases
from ziyuan.onemap.deliveries.errors import ChangesMissing, UpdateHalf
from ziyuan.onemap.deliveries.mandates import Mandate
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.differences.tables import Side, key_column
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.editions.layers import layer as layer_of
from ziyuan.onemap.formats import LayerTable, Package
from ziyuan.onemap.formats.package import fault_of
from ziyuan.onemap.standards import library
from ziyuan.onemap.standards.model import Rule


def applied(row: Delivery, task: Mandate, package: Package, zone: int) -> Package:
    """The package with each changed layer made whole. Asked inside `kernel.acting`.

    Update layers without their record, or none at all, are faults that end the check.
    """
    if package.blocked:
        return package
    layers, faults = dict(package.layers), list(package.faults)
    rules = _rules(task)
    for rule in rules:
        base, new, record = (str(rule.params[part]) for part in ("base", "new_state", "record"))
        if (new in layers) != (record in layers):
            there, missing = (new, record) if new in layers else (record, new)
            faults.append(fault_of(UpdateHalf(there, missing), "error", missing))
        elif new in layers and base not in layers:
            held = bases.base_table(row, task, base, zone)
            layers[base] = _changed(layers[new], layers[record], held, rule, layer_of(task.layout.layers[base].id))
    if not any(rule.params["new_state"] in layers for rule in rules):
        faults.append(fault_of(ChangesMissing(row.file_name), "error", None))
    return replace(package, layers=layers, faults=faults, blocked=len(faults) > len(package.faults))


def _rules(task: Mandate) -> list[Rule]:
    """For each layer of the mandate that update layers change, a rule that names its new state and the record of both."""
    found: dict[str, Rule] = {}
    for rule in (rule for name in task.standards for rule in library.load_named(name).rules):
        base, new, record, before = (str(rule.params.get(part) or "") for part in ("base", "new_state", "record", "before"))
        if before and base != new and {base, new, record} <= task.layout.layers.keys():
            found.setdefault(base, rule)
    return [found[base] for base in sorted(found)]


def _changed(new: LayerTable, record: LayerTable, base: LayerTable | None, rule: Rule, kind: Layer) -> LayerTable:
    """The new state, and below it the features of the base that the record does not say are gone."""
    name = kind.entity.name
    if base is None:
        return replace(new, name=name, lines=None)
    keys = key_column(Side(base.table, base.epsg), [kind.entity.fields[f] for f in kind.key_fields])
    gone = Side(record.table, record.epsg).column(str(rule.params["before"]))
    named = pa.array([] if gone is None else gone.to_pylist(), pa.string())
    rest = base.table.filter(pc.invert(pc.fill_null(pc.is_in(keys, value_set=named), False)))
    return replace(new, name=name, table=pa.concat_tables([new.table, bases.shaped(rest, new.table.schema)]), lines=None)
