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
from ziyuan.site.sample.fault_rows import plant_values
from ziyuan.site.sample.fault_shapes import plant_shapes
from ziyuan.site.sample.survey import Survey
from ziyuan.site.sample.twin import Layer, Twin


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


def _balance(twin: Twin) -> dict[str, dict[str, int]]:
    return {
        "B-02": sums(twin, "DLTB", "TBMJ", "ZLDWDM"),
        "B-03": sums(twin, "DLTB", "TBMJ", "ZLDWDM", 9),
        "B-04": _classes(twin),
    }


def _classes(twin: Twin) -> dict[str, int]:
    found = dict(sums(twin, "DLTB", "TBDLMJ", "DLBM"))
    ridges = sum(hundredths(r["KCMJ"]) for r in twin.layers["DLTB"].rows if not r.get("_gone"))
    return found | {"1203": ridges}


def _note_effects(twin: Twin, before: dict[str, dict[str, int]]) -> None:
    """Sums of villages, towns and classes that the planted faults have moved."""
    after = _balance(twin)
    known = {(f["rule"], f["key"]) for f in twin.faults}
    for row, values in enumerate(twin.layers["CJDCQ"].rows):
        code = values["ZLDWDM"]
        if code in after["B-02"] and ("B-02", values["BSM"]) not in known:
            _sum_effect(twin, "B-02", "CJDCQ", row, after["B-02"][code] - hundredths(values["DCMJ"]))
    for row, values in enumerate(twin.layers["XZQ"].rows):
        code = values["XZQDM"]
        if ("B-03", values["BSM"]) not in known:
            _sum_effect(twin, "B-03", "XZQ", row, after["B-03"].get(code, 0) - before["B-03"].get(code, 0))
    for name in sorted({*before["B-04"], *after["B-04"]}):
        step = after["B-04"].get(name, 0) - before["B-04"].get(name, 0)
        if abs(step) > 1:
            cause = (
                None
                if name in ("0102", "0103")
                else "DLTB-DLBM-domain"
                if name.startswith("03")
                else "DLTB-T3"
            )
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
