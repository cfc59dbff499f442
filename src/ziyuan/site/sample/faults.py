"""The faulty twin of a package: one planted fault and more for each rule, with place and size.

Faults are planted in the first run of villages (in the whole county up to some hundred thousand patches),
each in rows that hold no other, and every consequence that the rules must also see, a sum that no longer
closes, is listed with the rule it follows from (`effect_of`).
"""

import numpy as np
import pyarrow as pa

from ziyuan.site.sample import fault_layers, tables
from ziyuan.site.sample.control_lines import Lines
from ziyuan.site.sample.fault_layers import hundredths, sums
from ziyuan.site.sample.fault_regions import plant_regions
from ziyuan.site.sample.fault_rows import plant_values
from ziyuan.site.sample.fault_shapes import plant_shapes
from ziyuan.site.sample.survey import Survey
from ziyuan.site.sample.twin import Layer, Row, Twin

Balance = dict[str, dict[str, int]]


def faulty(current: Survey, lines: Lines, seed: int) -> Twin:
    """Open the first tables of each layer and plant all faults."""
    opened = {
        "XZQ": tables.towns(current), "CJDCQ": tables.villages(current),
        "DLTB": tables.patches(current, current.chunks[0]), "YJJBNTTB": lines.farmland[0],
        "STBHHX": lines.red_line, "CZKFBJ": lines.town,
    }  # fmt: skip
    layers = {name: Layer.of(name, table) for name, table in opened.items() if len(table)}
    twin = Twin(layers, current.zone, np.random.default_rng([seed, int(current.county.code), 77]))
    before = _balance(twin)
    plant_shapes(twin)
    fault_layers.plant_borders(twin)
    plant_regions(twin)
    for layer in layers.values():
        layer.bent = set(layer.taken)
    plant_values(twin)
    fault_layers.plant_between(twin)
    _note_effects(twin, before)
    return twin


def written(twin: Twin, name: str) -> pa.Table:
    """A layer of the twin as it goes into the file."""
    layer = twin.layers[name]
    kept = [k for k, row in enumerate(layer.rows) if not row.get("_gone")]
    rows = [{n: v for n, v in layer.rows[k].items() if n != "_gone"} for k in kept]
    return Layer(name, layer.schema, rows, [layer.shapes[k] for k in kept]).table()


def _balance(twin: Twin) -> Balance:
    """What each balance rule adds up, in hundredths: totals, and for B-03 what the towns state."""
    return {
        "B-01": sums(twin, "CJDCQ", "DCMJ", part),
        "B-02": sums(twin, "DLTB", "TBMJ", lambda r: str(r["ZLDWDM"] or "")),
        "B-03": sums(twin, "DLTB", "TBMJ", lambda r: str(r["ZLDWDM"] or "")[:9]),
        "towns": {row["XZQDM"]: hundredths(row["DCMJ"]) for row in twin.layers["XZQ"].rows},
        "B-04": sums(twin, "DLTB", "TBDLMJ", lambda r: f"{part(r)} {r['DLBM'] or ''}"),
        "ridges": sums(twin, "DLTB", "KCMJ", part),
    }


def part(row: Row) -> str:
    """Land or island, by MSSM."""
    return "island" if row["MSSM"] == "01" else "land"


def _moved(before: Balance, after: Balance, rule: str) -> dict[str, int]:
    """By how much each of a rule's sums has moved."""
    names = sorted({*before[rule], *after[rule]})
    steps = {name: after[rule].get(name, 0) - before[rule].get(name, 0) for name in names}
    return {name: step for name, step in steps.items() if step}


def _note_effects(twin: Twin, before: Balance) -> None:
    """Sums of villages, towns, classes and the county that the planted faults have moved."""
    after = _balance(twin)
    known = {(f["rule"], f["key"]) for f in twin.faults}
    for row, values in enumerate(twin.layers["CJDCQ"].rows):
        code = str(values["ZLDWDM"] or "")
        there = code in after["B-02"] or code in before["B-02"] or row >= twin.layers["CJDCQ"].given
        if there and code and ("B-02", values["BSM"]) not in known:
            _sum_effect(twin, "B-02", "CJDCQ", row, after["B-02"].get(code, 0) - hundredths(values["DCMJ"]))
    for row, values in enumerate(twin.layers["XZQ"].rows):
        code = str(values["XZQDM"] or "")
        if code and ("B-03", values["BSM"]) not in known:
            stated = hundredths(values["DCMJ"]) - before["towns"].get(code, 0)
            step = after["B-03"].get(code, 0) - before["B-03"].get(code, 0) - stated
            _sum_effect(twin, "B-03", "XZQ", row, step)
    for step in _moved(before, after, "B-01").values():
        twin.plant("B-01", "CJDCQ", None, measure=abs(step) / 100)
    for rule in ("B-04", "ridges"):
        for name, step in _moved(before, after, rule).items():
            if abs(step) > 1:
                cause = None if name in ("land 0102", "land 0103") else "DLTB-T3"
                twin.plant("B-04", "DLTB", None, measure=abs(step) / 100, effect_of=cause)


def _sum_effect(twin: Twin, rule: str, layer: str, row: int, step: int) -> None:
    if step:
        code = twin.layers[layer].rows[row]["ZLDWDM" if layer == "CJDCQ" else "XZQDM"]
        twin.plant(rule, layer, row, measure=abs(step) / 100, effect_of=_cause(twin, code))


def _cause(twin: Twin, code: str) -> str:
    """The rule of a fault whose row lies in this village or town."""
    rows = {r["BSM"]: r["ZLDWDM"] for r in twin.layers["DLTB"].rows}
    for fault in twin.faults:
        village = rows.get(fault["key"]) if fault["layer"] == "DLTB" else None
        if (
            village
            and village.startswith(code[:9])
            and fault["rule"] in ("DLTB-T3", "DLTB-T4", "DLTB-geometry-empty", "X-03", "X-05")
        ):
            return str(fault["rule"])
    return "X-04"
