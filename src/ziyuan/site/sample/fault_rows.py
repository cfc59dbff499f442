"""Faults in field values: one row each, everything else of the row as it was.

Where a wrong value necessarily breaks a second rule (a code outside its table also has no name), that is
noted beside it as an effect.
"""

from collections.abc import Callable, Iterable
from typing import Any

from ziyuan.site.sample.twin import Layer, Row, Twin

Test = Callable[[Row], bool]


def _any(row: Row) -> bool:
    return True


def _class(*heads: str) -> Test:
    return lambda row: str(row["DLBM"]).startswith(heads)


def plain_farmland(row: Row) -> bool:
    """Cultivated, no ridges, no refinement."""
    return str(row["DLBM"]).startswith("01") and not row["KCXS"] and row["TBXHDM"] is None


def ridged(row: Row) -> bool:
    """Cultivated with ridges."""
    return bool(row["KCXS"]) and row["TBXHDM"] is None


def pick(twin: Twin, layer: Layer, test: Test = _any) -> int | None:
    """A row without a fault so far, one among many, always the same for a seed."""
    count = len(layer.rows)
    start = int(twin.rng.integers(count))
    for step in range(count):
        row = (start + step) % count
        if row not in layer.taken and test(layer.rows[row]):
            layer.taken.add(row)
            return row
    return None


# field, rule ending, test of the row, new values, effects (rule endings or whole ids)
Change = tuple[str, Test, dict[str, Any], tuple[str, ...]]

DLTB: tuple[Change, ...] = (
    ("BSM-required", _any, {"BSM": None}, ()),
    ("BSM-pattern", _any, {"BSM": "3401X3211000000001"}, ()),
    ("YSDM-required", _any, {"YSDM": None}, ()),
    ("YSDM-domain", _any, {"YSDM": "2001010200"}, ()),
    ("TBYBH-length", _any, {"TBYBH": "预编号" * 7}, ()),
    ("TBBH-required", _any, {"TBBH": None}, ()),
    ("TBBH-length", _any, {"TBBH": "123456789"}, ()),
    ("DLBM-domain", _class("0301"), {"DLBM": "0399"}, ()),
    ("DLMC-required", _any, {"DLMC": None}, ()),
    ("DLMC-name_of", _class("0101"), {"DLMC": "旱地"}, ()),
    ("QSXZ-required", _any, {"QSXZ": None}, ()),
    ("QSXZ-domain", _any, {"QSXZ": "35"}, ()),
    ("QSDWDM-required", _any, {"QSDWDM": None}, ()),
    ("QSDWDM-pattern", _any, {"QSDWDM": "340123100001000000"}, ()),
    ("QSDWMC-required", _any, {"QSDWMC": None}, ()),
    ("ZLDWMC-required", _any, {"ZLDWMC": None}, ()),
    ("KCDLBM-domain", ridged, {"KCDLBM": "1202"}, ()),
    ("KCDLBM-required_when", ridged, {"KCDLBM": None}, ()),
    ("KCDLBM-allowed_when", _class("0301"), {"KCDLBM": "1203"}, ()),
    ("KCXS-allowed_when", _class("0301"), {"KCXS": 0.0312}, ("DLTB-A11", "DLTB-A12", "KCDLBM-required_when")),
    ("GDLX-domain", ridged, {"GDLX": "QT"}, ()),
    ("GDLX-allowed_when", _class("0307"), {"GDLX": "TT"}, ()),
    ("GDPDJB-domain", plain_farmland, {"GDPDJB": "6"}, ()),
    ("GDPDJB-allowed_when", _class("0201"), {"GDPDJB": "2"}, ()),
    ("DLTB-A12", ridged, {"GDPDJB": "1"}, ()),
    ("XZDWKD-range", _class("1006"), {"XZDWKD": -3.0}, ()),
    ("XZDWKD-decimals", _class("1006"), {"XZDWKD": 4.55}, ()),
    ("XZDWKD-allowed_when", _class("0101"), {"XZDWKD": 5.0}, ()),
    ("TBXHDM-domain", _class("1104"), {"TBXHDM": "XXXX"}, ("DLTB-A30",)),
    ("ZZSXDM-domain", _class("0301"), {"ZZSXDM": "ABC"}, ("DLTB-A27",)),
    ("GDDB-range", plain_farmland, {"GDDB": 16}, ()),
    ("FRDBS-domain", _any, {"FRDBS": "2"}, ()),
    ("CZCSXM-domain", _class("0702"), {"CZCSXM": "299"}, ()),
    ("SJNF-required", _any, {"SJNF": None}, ()),
    ("SJNF-equals", _any, {"SJNF": 2019}, ()),
    ("MSSM-domain", _any, {"MSSM": "02"}, ()),
    ("DLTB-A20", _class("1003"), {"ZZSXDM": "JKHF"}, ()),
    ("DLTB-A21", plain_farmland, {"TBXHDM": "LQGD", "TBXHMC": "林区耕地", "ZZSXDM": "XG"}, ()),
    ("DLTB-A22", plain_farmland, {"ZZSXDM": "JKHF"}, ()),
    ("DLTB-A23", _class("0202"), {"TBXHDM": "HDGD", "ZZSXDM": None}, ()),
    ("DLTB-A24", _class("0201"), {"TBXHDM": "LQYD", "ZZSXDM": "JKHF"}, ()),
    ("DLTB-A25", _class("0201"), {"TBXHDM": None, "ZZSXDM": "LS"}, ()),
    ("DLTB-A26", _class("0301"), {"TBXHDM": "LQYD"}, ()),
    ("DLTB-A27", _class("0301"), {"ZZSXDM": "LS"}, ()),
    ("DLTB-A28", _class("0404"), {"TBXHDM": "LQGD"}, ()),
    ("DLTB-A29", _class("0404"), {"ZZSXDM": "JKHF"}, ()),
    ("DLTB-A30", _class("1104"), {"TBXHDM": "FQ"}, ()),
    ("DLTB-A31", _class("1104"), {"ZZSXDM": "LS"}, ()),
    ("DLTB-A32", _class("0601"), {"TBXHDM": "FQ"}, ()),
    ("DLTB-A33", _class("1003"), {"TBXHDM": "LQYD"}, ()),
    ("BSM-length", _any, {"BSM": "3401232110000000001"}, ("BSM-pattern",)),
    ("YSDM-length", _any, {"YSDM": "20010101001"}, ("YSDM-domain",)),
    ("DLBM-length", _class("0307"), {"DLBM": "0307KK"}, ("DLBM-domain",)),
    ("DLBM-required", _class("0307"), {"DLBM": None}, ()),
    ("DLMC-length", _class("0101"), {"DLMC": "水田" * 31}, ("DLMC-name_of",)),
    ("QSXZ-length", _any, {"QSXZ": "300"}, ("QSXZ-domain",)),
    ("QSDWDM-length", _any, {"QSDWDM": "3" * 20}, ("QSDWDM-pattern",)),
    ("QSDWMC-length", _any, {"QSDWMC": "村" * 256}, ()),
    ("ZLDWMC-length", _any, {"ZLDWMC": "村" * 256}, ()),
    ("ZLDWDM-required", _any, {"ZLDWDM": None}, ()),
    ("ZLDWDM-length", _any, {"ZLDWDM": "34012310000100000000"}, ("ZLDWDM-pattern", "X-03", "X-05")),
    ("ZLDWDM-pattern", _any, {"ZLDWDM": "3499991000010000000"}, ("X-03", "X-05")),
    ("TBMJ-required", _class("0301"), {"TBMJ": None}, ()),
    ("TBDLMJ-required", _class("0301"), {"TBDLMJ": None}, ()),
    ("TBMJ-range", _class("0301"), {"TBMJ": 0.0}, ("TBMJ-derived", "DLTB-A10")),
    ("TBDLMJ-range", _class("0301"), {"TBDLMJ": -1.0}, ("DLTB-A10",)),
    ("KCXS-range", ridged, {"KCXS": 1.2}, ("DLTB-A11",)),
    ("KCMJ-range", ridged, {"KCMJ": -1.0}, ("DLTB-A10", "DLTB-A11")),
    ("KCMJ-allowed_when", _class("0301"), {"KCMJ": 5.0}, ("DLTB-A10", "DLTB-A11")),
    ("GDLX-length", ridged, {"GDLX": "TTT"}, ("GDLX-domain",)),
    ("GDPDJB-length", plain_farmland, {"GDPDJB": "111"}, ("GDPDJB-domain",)),
    ("KCDLBM-length", ridged, {"KCDLBM": "120300"}, ("KCDLBM-domain",)),
    ("XZDWKD-length", _class("1006"), {"XZDWKD": 123456.7}, ()),
    ("TBXHDM-length", _class("0101"), {"TBXHDM": "HDGDGDG"}, ("TBXHDM-domain",)),
    ("TBXHMC-length", _class("0301"), {"TBXHMC": "名" * 21}, ()),
    ("ZZSXDM-length", _class("0702"), {"ZZSXDM": "JKHFHFH"}, ("ZZSXDM-domain",)),
    ("ZZSXMC-length", _class("0301"), {"ZZSXMC": "名" * 21}, ()),
    ("GDDB-length", plain_farmland, {"GDDB": 100}, ("GDDB-range",)),
    ("FRDBS-length", _any, {"FRDBS": "11"}, ("FRDBS-domain",)),
    ("CZCSXM-length", _class("0702"), {"CZCSXM": "20345"}, ("CZCSXM-domain",)),
    ("SJNF-length", _any, {"SJNF": 20240}, ("SJNF-equals",)),
    ("MSSM-required", _any, {"MSSM": None}, ()),
    ("MSSM-length", _any, {"MSSM": "000"}, ("MSSM-domain",)),
    ("HDMC-length", _any, {"HDMC": "岛" * 101}, ()),
    ("HDMC-required_when", _class("0301"), {"MSSM": "01"}, ()),
)  # fmt: skip
VILLAGES: tuple[Change, ...] = (
    ("BSM-required", _any, {"BSM": None}, ()),
    ("BSM-pattern", _any, {"BSM": "3401X3130000000001"}, ()),
    ("YSDM-required", _any, {"YSDM": None}, ()),
    ("YSDM-length", _any, {"YSDM": "10006003000"}, ()),
    ("ZLDWMC-required", _any, {"ZLDWMC": None}, ()),
    ("MSSM-domain", _any, {"MSSM": "09"}, ()),
    ("JSMJ-required", _any, {"JSMJ": None}, ()),
    ("JSMJ-range", _any, {"JSMJ": 0.0}, ("JSMJ-derived",)),
    ("BSM-length", _any, {"BSM": "3401231300000000001"}, ("BSM-pattern",)),
    ("ZLDWMC-length", _any, {"ZLDWMC": "村" * 256}, ()),
    ("MSSM-required", _any, {"MSSM": None}, ()),
    ("MSSM-length", _any, {"MSSM": "000"}, ("MSSM-domain",)),
    ("HDMC-length", _any, {"HDMC": "岛" * 101}, ()),
)
TOWN_NUMBERS: tuple[Change, ...] = (
    ("BSM-required", _any, {"BSM": None}, ()),
    ("BSM-length", _any, {"BSM": "3401231100000000001"}, ("BSM-pattern",)),
)
TOWNS: tuple[Change, ...] = (
    ("YSDM-domain", _any, {"YSDM": "1000600200"}, ()),
    ("XZQMC-required", _any, {"XZQMC": None}, ()),
    ("JSMJ-required", _any, {"JSMJ": None}, ()),
    ("YSDM-required", _any, {"YSDM": None}, ()),
    ("XZQMC-length", _any, {"XZQMC": "镇" * 101}, ()),
    ("JSMJ-range", _any, {"JSMJ": 0.0}, ("JSMJ-derived",)),
    ("MSSM-required", _any, {"MSSM": None}, ()),
    ("MSSM-domain", _any, {"MSSM": "09"}, ()),
    ("HDMC-length", _any, {"HDMC": "岛" * 101}, ()),
    ("HDMC-required_when", _any, {"MSSM": "01"}, ()),
)
FARMLAND: tuple[Change, ...] = (
    ("BSM-required", _any, {"BSM": None}, ()),
    ("YSDM-required", _any, {"YSDM": None}, ()),
    ("YSDM-domain", _any, {"YSDM": "2005010900"}, ()),
    ("DLBM-domain", _any, {"DLBM": "0199"}, ()),
    ("QSXZ-domain", _any, {"QSXZ": "99"}, ()),
    ("GDPDJB-domain", _any, {"GDPDJB": "9"}, ()),
    ("DLBM-length", _any, {"DLBM": "010101"}, ("DLBM-domain",)),
    ("GDPDJB-length", _any, {"GDPDJB": "002"}, ("GDPDJB-domain",)),
    ("YJJBNTTBMJ-range", _any, {"YJJBNTTBMJ": 0.0}, ()),
    ("YJJBNTMJ-range", _any, {"YJJBNTMJ": -1.0}, ()),
    ("YJJBNTTBMJ-decimals", _any, {"YJJBNTTBMJ": 1234.567}, ()),
    ("YJJBNTMJ-decimals", _any, {"YJJBNTMJ": 1234.567}, ()),
    ("BSM-length", _any, {"BSM": "3401235110000000001"}, ()),
    ("YSDM-length", _any, {"YSDM": "20050103001"}, ("YSDM-domain",)),
    ("DLMC-length", _any, {"DLMC": "水田" * 31}, ()),
    ("QSXZ-length", _any, {"QSXZ": "300"}, ("QSXZ-domain",)),
    ("QSDWDM-length", _any, {"QSDWDM": "3" * 20}, ()),
    ("QSDWMC-length", _any, {"QSDWMC": "村" * 256}, ()),
    ("ZLDWDM-length", _any, {"ZLDWDM": "3" * 20}, ()),
    ("ZLDWMC-length", _any, {"ZLDWMC": "村" * 256}, ()),
)
RED_LINE: tuple[Change, ...] = (
    ("BSM-length", _any, {"BSM": "3401235210000000099"}, ()),
    ("YSDM-length", _any, {"YSDM": "30030200001"}, ()),
    ("MJ-range", _any, {"MJ": 0.0}, ()),
    ("MJ-decimals", _any, {"MJ": 1234.567}, ()),
)
TOWN_BORDER: tuple[Change, ...] = (
    ("GHFQMC-domain", _any, {"GHFQMC": "城镇发展区"}, ()),
    ("YSDM-length", _any, {"YSDM": "30020200001"}, ()),
    ("XZQDM-length", _any, {"XZQDM": "3401230000000"}, ()),
    ("XZQMC-length", _any, {"XZQMC": "县" * 101}, ()),
    ("GHFQDM-length", _any, {"GHFQDM": "0101"}, ()),
    ("MJ-range", _any, {"MJ": 0.0}, ()),
)
SHARED = ("XZQ", "STBHHX", "CZKFBJ")  # few rows: faults of different fields share one


def plant_values(twin: Twin) -> None:
    """All of the above, then values that need a second row."""
    for layer, changes in (
        ("DLTB", DLTB), ("CJDCQ", VILLAGES), ("XZQ", TOWN_NUMBERS), ("XZQ", TOWNS), ("YJJBNTTB", FARMLAND), ("STBHHX", RED_LINE),
        ("CZKFBJ", TOWN_BORDER),
    ):  # fmt: skip
        if layer in twin.layers:
            _plant_all(twin, twin.layers[layer], changes)
    _areas(twin)
    _repeats(twin)


def _plant_all(twin: Twin, layer: Layer, changes: Iterable[Change]) -> None:
    used: dict[int, set[str]] = {}
    for rule, test, values, effects in changes:
        fields = set(values) | ({"MSSM", "HDMC"} if {"MSSM", "HDMC"} & set(values) else set())
        row = _fitting(layer, used, fields) if layer.name in SHARED else pick(twin, layer, test)
        if row is None:
            continue
        used.setdefault(row, set()).update(fields)
        layer.taken.add(row)
        layer.rows[row].update(values)
        rule = _full(layer, rule)
        twin.plant(rule, layer.name, row)
        for effect in effects:
            twin.plant(_full(layer, effect), layer.name, row, effect_of=rule)


def _fitting(layer: Layer, used: dict[int, set[str]], fields: set[str]) -> int | None:
    """The first row given where none of these fields is wrong so far; a number or an area needs a row unbent."""
    for row in range(layer.given):
        there = used.get(row, set())
        apart = bool({"BSM", "JSMJ"} & fields) and (row in layer.bent or (bool(there) and "BSM" in fields))
        if not there & fields and not apart and (row not in layer.taken or there or row in layer.bent):
            return row
    return None


def _full(layer: Layer, rule: str) -> str:
    known = rule.startswith(("DLTB-", "X-", "B-"))
    return rule if known else f"{layer.name}-{rule}"


def _areas(twin: Twin) -> None:
    """Areas wrong by some hundredths, in pairs that leave the village's and the class's sum as it was."""
    layer = twin.layers["DLTB"]
    pair = _pair(twin, layer)
    for row, step in zip(pair, (0.04, -0.04), strict=True):
        values = layer.rows[row]
        values["TBMJ"] = round(values["TBMJ"] + step, 2)
        values["TBDLMJ"] = round(values["TBDLMJ"] + step, 2)
        twin.plant("DLTB-TBMJ-derived", "DLTB", row, measure=abs(step))
    pair = _pair(twin, layer)
    for row, step in zip(pair, (0.02, -0.02), strict=True):
        layer.rows[row]["TBDLMJ"] = round(layer.rows[row]["TBDLMJ"] + step, 2)
        twin.plant("DLTB-A10", "DLTB", row, measure=abs(step))
    _ridges(twin, layer)


def _ridges(twin: Twin, layer: Layer) -> None:
    """Ridge areas off by 0.03 m², one up and one down, with what remains of the patch to match."""
    first = pick(twin, layer, ridged)
    if first is None:
        return
    like = layer.rows[first]["DLBM"]
    second = pick(twin, layer, lambda row: ridged(row) and row["DLBM"] == like)
    if second is None:
        return
    for row, step in ((first, 0.03), (second, -0.03)):
        values = layer.rows[row]
        values["KCMJ"] = round(values["KCMJ"] + step, 2)
        values["TBDLMJ"] = round(values["TBDLMJ"] - step, 2)
        twin.plant("DLTB-A11", "DLTB", row, measure=abs(step))


def _pair(twin: Twin, layer: Layer) -> tuple[int, int]:
    """Two forest patches of one village and class."""
    while True:
        first = pick(twin, layer, _class("0301"))
        if first is None:
            raise LookupError("no forest patch is left to plant a fault in")
        village, like = layer.rows[first]["ZLDWDM"], layer.rows[first]["DLBM"]
        second = pick(twin, layer, lambda row: row["ZLDWDM"] == village and row["DLBM"] == like)  # noqa: B023
        if second is not None:
            return first, second


def _repeats(twin: Twin) -> None:
    """Numbers used twice."""
    layer = twin.layers["DLTB"]
    first, second = pick(twin, layer), pick(twin, layer)
    if first is not None and second is not None:
        layer.rows[second]["BSM"] = layer.rows[first]["BSM"]
        twin.plant("DLTB-BSM-unique", "DLTB", second)
    first = pick(twin, layer)
    if first is not None:
        village = layer.rows[first]["ZLDWDM"]
        second = pick(twin, layer, lambda row: row["ZLDWDM"] == village)
        if second is not None:
            layer.rows[second]["TBBH"] = layer.rows[first]["TBBH"]
            twin.plant("DLTB-TBBH-unique", "DLTB", second)
