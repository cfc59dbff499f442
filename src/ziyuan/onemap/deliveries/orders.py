"""What a person asks for when he delivers (汇交单), and whether the mandate takes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ziyuan.base.errors import UnknownName
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.bases import base_of
from ziyuan.onemap.deliveries.errors import (
    CommentWanted,
    CrsAnswerUnknown,
    FileKindRefused,
    KindRefused,
    NamedPartsWrong,
    NotACounty,
    OrganRefused,
    PrecursorWanted,
)
from ziyuan.onemap.deliveries.mandates import KINDS, Mandate, mandate
from ziyuan.onemap.deliveries.models import Delivery, Kind, State
from ziyuan.onemap.formats.encoding import canonical_name


@dataclass(frozen=True)
class Order:
    """One delivery as asked for. `encoding`, `crs`, `members`, `columns` answer what the guards asked before.

    `layers`, `villages`: the parts of a partial delivery; `against`: the edition (or delivery) the rest is taken from,
    or that is corrected; `members`: table or file name → layer; `columns`: layer → {found name: field}.
    """

    county: str
    period: str
    mandate: str = "survey_county"
    kind: str = Kind.FULL
    name: str = ""
    size: int = 0
    sm3: str = ""
    comment: str = ""
    against: str = ""
    layers: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    encoding: str = ""
    crs: str | int | None = None
    members: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def epsg(self) -> int | None:
        """The chosen coordinate system. Raises CrsAnswerUnknown."""
        if self.crs is None or self.crs == "":
            return None
        text = str(self.crs).strip().upper().removeprefix("EPSG:")
        if not re.fullmatch(r"\d{4,6}", text):
            raise CrsAnswerUnknown(str(self.crs))
        return int(text)

    @property
    def chosen_encoding(self) -> str:
        """The chosen encoding by its one name; empty where none was chosen. Raises EncodingUnknown."""
        return canonical_name(self.encoding) if self.encoding else ""


def admit(by: kernel.Actor, order: Order) -> tuple[Mandate, dict[str, Any]]:
    """The mandate and the bases (layer → edition) of an order that may go on. Asked inside `kernel.acting`.

    Raises kernel.NotAllowed, MandateUnknown, NotACounty, PeriodRefused, KindRefused, OrganRefused, CommentWanted,
    PrecursorWanted, FileKindRefused, NamedPartsWrong, BaseUnknown.
    """
    task = mandate(order.mandate)
    kernel.require(by, "delivery.submit", region=order.county)
    if kernel.region(order.county).level != task.organ or not _inside(order.county, task.region):
        raise NotACounty(order.county)
    task.check_period(order.period, kernel.today())
    _admit_kind(task, order)
    if task.organs is not None and not by.is_system and by.organ not in task.organs:
        raise OrganRefused(by.organ, task.title)
    if task.comment == "required" and not order.comment.strip():
        raise CommentWanted
    if order.name:
        _admit_file(task, order)
    if order.kind == Kind.FULL and task.precursor == "required":
        _demand_precursor(by, task, order)
    _ = order.epsg, order.chosen_encoding
    return task, base_of(task, order.kind, order.county, order.period, order.against)


def _inside(county: str, region: str) -> bool:
    return not region or kernel.contains(region, county)


def _admit_kind(task: Mandate, order: Order) -> None:
    if order.kind not in KINDS:
        raise UnknownName("汇交方式", order.kind, KINDS)
    allowed = [KINDS[kind] for kind in task.kinds]
    whole = task.partial == "required" and order.kind == Kind.FULL
    if not task.allows(order.kind) or whole:
        raise KindRefused(task.title, KINDS[order.kind], allowed)
    named = bool(order.layers or order.villages)
    if order.kind == Kind.PARTIAL and not named:
        raise NamedPartsWrong("没有写明图层或村")
    if named and order.kind != Kind.PARTIAL:
        raise NamedPartsWrong(f"“{KINDS[order.kind]}”不分局部")
    for layer in order.layers:
        if layer not in task.layout.layers:
            raise UnknownName("图层", layer, task.layout.layers, where=task.title)
    if order.villages and not task.villages:
        raise NamedPartsWrong("任务书没有规定按村划分的字段")
    for village in order.villages:
        if not re.fullmatch(r"\d{12}", village) or not village.startswith(order.county):
            raise NamedPartsWrong(f"“{village}”不是本县的十二位村级代码")


def _admit_file(task: Mandate, order: Order) -> None:
    suffix = Path(order.name).suffix.casefold().removeprefix(".")
    allowed = ("zyc", *(task.files or ("zip",))) if order.kind == Kind.CHANGES else task.files
    if allowed and suffix in _KNOWN and suffix not in allowed:
        raise FileKindRefused(order.name, allowed)


# An unknown ending is let in: what the bytes are is judged where they are read, and told with the other findings.
_KNOWN = {"zip", "gpkg", "shp", "geojson", "gml", "kml", "xlsx", "csv", "dxf", "fgb", "vct", "mdb", "rar", "7z", "dwg", "pdf",
          "zyc"}  # fmt: skip


def _demand_precursor(by: kernel.Actor, task: Mandate, order: Order) -> None:
    passed = Delivery.objects.filter(
        mandate=task.id, organ=by.organ, county=order.county, period=order.period, kind=Kind.PRECURSOR,
        state=State.ACCEPTED,
    )  # fmt: skip
    if not passed.exists():
        raise PrecursorWanted(order.county, order.period)
