"""What a report prints of each finding: the finding itself, and what is known of it besides."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely

from ziyuan.base import crs
from ziyuan.onemap.quality.duty import TITLES, duty_of
from ziyuan.onemap.quality.finding import SEVERITY_TITLES, Finding
from ziyuan.onemap.quality.fingerprint import fingerprints
from ziyuan.onemap.quality.stages import CHECKS
from ziyuan.onemap.quality.versions import versions
from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.model import Model


@dataclass(frozen=True)
class Entry:
    """One finding of a report. All but `finding` are texts as printed; `lon`, `lat` in EPSG:4490.

    The finding's geometry is in the system of the report (`epsg` of the writer).
    """

    finding: Finding
    standard: str = ""
    version: str = ""
    clause: str = ""
    duty: str = ""
    file: str = ""
    line: int | None = None
    village: str = ""
    fingerprint: str = ""
    standing: str = ""
    state: str = ""
    since: str = ""
    exception: str = ""
    lon: float | None = None
    lat: float | None = None

    @property
    def severity(self) -> str:
        """In Chinese."""
        return SEVERITY_TITLES[self.finding.severity]

    @property
    def kind(self) -> str:
        """What kind of rule in Chinese, its word in the model language beside it."""
        kind = self.finding.kind
        known = words.kind_title(kind) if kind in words.FAMILIES else CHECKS.get(kind)
        return f"{known}（{kind}）" if known else self.finding.family

    @property
    def partners(self) -> str:
        """Keys of the other features."""
        return "、".join(self.finding.partners)


FIELDS: tuple[tuple[str, str, type], ...] = (
    ("rule", "规则", str), ("kind", "规则种类", str), ("family", "类别", str), ("severity", "级别", str),
    ("standing", "与上次相比", str), ("state", "状态", str), ("exception", "例外", str), ("duty", "责任方", str),
    ("layer", "图层", str), ("key", "标识", str), ("row", "行号", int), ("file", "文件", str), ("line", "文件行", int),
    ("field", "字段", str), ("value", "实际值", str), ("expected", "应为", str), ("x", "东坐标", float), ("y", "北坐标", float),
    ("lon", "经度", float), ("lat", "纬度", float), ("village", "村级调查区", str), ("measure", "量", float),
    ("unit", "单位", str), ("partners", "相关要素", str), ("message", "问题", str), ("remedy", "处理办法", str),
    ("clause", "依据", str), ("standard", "数据标准", str), ("version", "规则版本", str), ("since", "首次发现", str),
    ("fingerprint", "指纹", str),
)  # fmt: skip
"""Name, title and type of every column of the error layer, the CSV and the GeoJSON."""


def value(entry: Entry, name: str) -> Any:
    """The value of one column."""
    found = getattr(entry, name) if hasattr(entry, name) else getattr(entry.finding, name)
    if isinstance(found, float) and not math.isfinite(found):
        return None
    return None if found == "" else found


def entries_of(
    findings: Sequence[Finding], models: Sequence[Model] = (), *, epsg: int | None = None, files: Mapping[str, str] | None = None
) -> list[Entry]:
    """Entries of a check just made, without an attempt before; `files` layer → file it was read from."""
    known = versions(models)
    rules = {rule.id: (model.name, rule.source or "") for model in models for rule in model.all_rules()}
    degrees = _degrees(findings, epsg)
    return [
        Entry(f, *_judged(f, rules, known), duty=TITLES[duty_of(f)], file=(files or {}).get(f.layer or "", ""), line=f.line,
              fingerprint=mark, lon=place[0], lat=place[1])
        for f, mark, place in zip(findings, fingerprints(findings), degrees, strict=True)
    ]  # fmt: skip


def _judged(f: Finding, rules: Mapping[str, tuple[str, str]], known: Mapping[str, str]) -> tuple[str, str, str]:
    standard, clause = rules.get(f.rule, ("", ""))
    return standard, known.get(f.rule, ""), clause


def _degrees(findings: Sequence[Finding], epsg: int | None) -> list[tuple[float | None, float | None]]:
    """Each finding's point in EPSG:4490; (None, None) where it has none or the system cannot be told."""
    out: list[tuple[float | None, float | None]] = [(None, None)] * len(findings)
    placed = [i for i, f in enumerate(findings) if f.x is not None and f.y is not None]
    mover = transformer(epsg, crs.DEGREES)
    if mover is None or not placed:
        return out
    lon, lat = mover.transform([findings[i].x for i in placed], [findings[i].y for i in placed])
    for i, x, y in zip(placed, lon, lat, strict=True):
        if np.isfinite([x, y]).all():
            out[i] = (round(float(x), 9), round(float(y), 9))
    return out


def transformer(source: int | None, target: int) -> pyproj.Transformer | None:
    """(east, north) or (longitude, latitude) of one system to the other; None where it cannot be told."""
    if source is None:
        return None
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True)
    except pyproj.exceptions.ProjError:
        return None


def shapes_of(entries: Sequence[Entry]) -> Any:
    """Geometry of each defect as shapely objects; its point where it has no shape, None without a place."""
    given = shapely.from_wkb(np.array([e.finding.geometry for e in entries], object), on_invalid="ignore")
    bare = [i for i, e in enumerate(entries) if given[i] is None and e.finding.x is not None and e.finding.y is not None]
    if bare:
        given[bare] = shapely.points([(entries[i].finding.x, entries[i].finding.y) for i in bare])
    return given
