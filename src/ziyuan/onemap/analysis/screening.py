"""A screening (审查分析) as a value: what each theme found, on which editions; the same in, the same out, for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from ziyuan.base.geometry import PlaneShape
from ziyuan.onemap.analysis.errors import UnknownTheme
from ziyuan.onemap.analysis.overlay import Pin
from ziyuan.onemap.editions.layers import land_classes, three_class

Status = Literal["concerned", "not_concerned", "no_data"]
STATUS_TITLES = {"concerned": "涉及", "not_concerned": "不涉及", "no_data": "无数据"}


def share_of(part: Decimal, whole: Decimal) -> Decimal:
    """Share in per cent, 2 decimals half up; of nothing it is zero."""
    return (part * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP) if whole else Decimal("0.00")


@dataclass(frozen=True)
class Row:
    """One class or zone of a theme inside the site."""

    code: str
    name: str
    area_m2: Decimal
    share: Decimal
    features: int

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code, "name": self.name, "area_m2": str(self.area_m2), "share": str(self.share),
            "features": self.features,
        }  # fmt: skip


@dataclass(frozen=True)
class Dropped:
    """A sliver below both limits: not counted, but not hidden."""

    key: str
    county: str
    area_m2: Decimal
    width_m: float

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "county": self.county, "area_m2": str(self.area_m2), "width_m": self.width_m}


@dataclass(frozen=True)
class Part:
    """A piece of the site for the map: plane integers, with the feature it lies in."""

    theme: str
    county: str
    key: str
    code: str
    name: str
    area_m2: Decimal
    shape: PlaneShape

    def to_json(self) -> dict[str, Any]:
        return {
            "theme": self.theme, "county": self.county, "key": self.key, "code": self.code, "name": self.name,
            "area_m2": str(self.area_m2), "shape": self.shape.to_json(),
        }  # fmt: skip


@dataclass(frozen=True)
class ThemeResult:
    """One theme's answer. `missing`: counties of the site without an edition for the day; "no data" is not "free"."""

    id: str
    title: str
    status: Status
    law_status: str
    article: str
    source: str
    office: str
    area_m2: Decimal
    share: Decimal
    limits: Mapping[str, Any]
    editions: tuple[Pin, ...]
    missing: tuple[str, ...]
    rows: tuple[Row, ...]
    dropped: tuple[Dropped, ...]
    remedy: str

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "title": self.title, "status": self.status, "status_title": STATUS_TITLES[self.status],
            "law_status": self.law_status, "article": self.article, "source": self.source, "office": self.office,
            "area_m2": str(self.area_m2), "share": str(self.share), "limits": dict(self.limits),
            "editions": [e.to_json() for e in self.editions], "missing": list(self.missing),
            "rows": [r.to_json() for r in self.rows], "dropped": [d.to_json() for d in self.dropped],
            "remedy": self.remedy,
        }  # fmt: skip


@dataclass(frozen=True)
class Screening:
    """The site judged on day `on` as the map was known at `known`. Areas in m²; classes add up to the site."""

    on: date
    known: datetime
    site_area_m2: Decimal
    closing_difference_m2: Decimal
    counties: tuple[str, ...]
    themes: tuple[ThemeResult, ...]
    parts: tuple[Part, ...]

    def theme(self, name: str) -> ThemeResult:
        """The answer of one theme. Raises UnknownTheme."""
        found = next((t for t in self.themes if t.id == name), None)
        if found is None:
            raise UnknownTheme(name)
        return found

    @property
    def classes(self) -> tuple[Row, ...]:
        """Present land use by class, the part without data last."""
        return next((t.rows for t in self.themes if t.id == "land_use"), ())

    def area(self, *, level1: str | None = None, three: str | None = None) -> Decimal:
        """Area of a first-level class (01 耕地) or of a three-way class (农用地) inside the site, m²."""
        heads = land_classes()
        return sum(
            (
                row.area_m2 for row in self.classes
                if (level1 is None or heads.top(row.code) == level1)
                and (three is None or three_class(row.code) == three)
            ),
            Decimal("0.00"),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The shape of the API, with the parts left to `pieces_geojson`."""
        heads = land_classes()
        return {
            "on": self.on.isoformat(), "known": self.known.isoformat(), "site_area_m2": str(self.site_area_m2),
            "closing_difference_m2": str(self.closing_difference_m2), "counties": list(self.counties),
            "themes": [t.to_json() for t in self.themes],
            "classes": [{**row.to_json(), "level1": heads.top(row.code) or ""} for row in self.classes],
        }  # fmt: skip

    def to_store(self) -> dict[str, Any]:
        """Everything, to be kept and read again with `from_store`."""
        return {**self.to_json(), "parts": [p.to_json() for p in self.parts]}

    @classmethod
    def from_store(cls, kept: Mapping[str, Any]) -> "Screening":
        """The screening that `to_store` wrote."""
        return cls(
            on=date.fromisoformat(kept["on"]), known=datetime.fromisoformat(kept["known"]),
            site_area_m2=Decimal(kept["site_area_m2"]),
            closing_difference_m2=Decimal(kept["closing_difference_m2"]), counties=tuple(kept["counties"]),
            themes=tuple(_theme(t) for t in kept["themes"]),
            parts=tuple(
                Part(**{**p, "area_m2": Decimal(p["area_m2"]), "shape": PlaneShape.from_json(p["shape"])})
                for p in kept.get("parts", ())
            ),
        )  # fmt: skip

    from_json = from_store

    def pieces_geojson(self) -> dict[str, Any]:
        """Pieces for the map in EPSG:4490."""
        features = [
            {
                "type": "Feature",
                "properties": {
                    "theme": p.theme,
                    "code": p.code,
                    "name": p.name,
                    "area_m2": str(p.area_m2),
                    "key": p.key,
                },
                "geometry": p.shape.to_4490().__geo_interface__,
            }
            for p in self.parts
        ]
        return {"type": "FeatureCollection", "features": features}


def _theme(kept: Mapping[str, Any]) -> ThemeResult:
    own = {k: v for k, v in kept.items() if k != "status_title"}
    return ThemeResult(**{
        **own, "area_m2": Decimal(kept["area_m2"]), "share": Decimal(kept["share"]), "missing": tuple(kept["missing"]),
        "editions": tuple(Pin(**{**e, "reference_date": date.fromisoformat(e["reference_date"])}) for e in kept["editions"]),
        "rows": tuple(Row(**{**r, "area_m2": Decimal(r["area_m2"]), "share": Decimal(r["share"])}) for r in kept["rows"]),
        "dropped": tuple(Dropped(**{**d, "area_m2": Decimal(d["area_m2"])}) for d in kept["dropped"]),
    })  # fmt: skip
