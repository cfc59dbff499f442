"""The model language as values: a standard, its layers, fields, rules. Frozen; made by `loader`."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from typing import Any, Literal

from ziyuan.onemap.standards.codes import CodeTable
from ziyuan.onemap.standards.crosswalks import Crosswalk
from ziyuan.onemap.standards.errors import CatalogueOnly, EntityNotFound

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Space:
    """Coordinate systems allowed and the resolution at which the standard judges (metres)."""

    crs: tuple[int, ...] = ()
    decimals: int = 4
    resolution: float = 0.00005
    tolerance: float = 0.0001
    area: Literal["official", "geodesic", "plane"] = "official"
    area_unit: str = "m2"
    source: str | None = None
    confidence: str = "unconfirmed"


@dataclass(frozen=True)
class Pattern:
    """A composed code: named parts with their lengths."""

    name: str
    parts: tuple[tuple[str, int], ...]
    region: bool = False
    unique_in: str | None = None
    source: str | None = None
    confidence: str = "unconfirmed"

    @property
    def length(self) -> int:
        """Characters in all."""
        return sum(size for _, size in self.parts)


@dataclass(frozen=True)
class Field:
    """One field. `unique` is True, or the field inside whose values it is unique; None is unknown.

    A reference (`to` names the field referred to) and a file (`media` names its kinds) are stored as text.
    """

    name: str
    title: str
    type: Literal["text", "integer", "number", "date", "code"]
    length: int | None = None
    decimals: int | None = None
    unit: str | None = None
    domain: str | tuple[str, ...] | None = None
    pattern: str | None = None
    unique: bool | str = False
    required: bool = False
    required_when: str | None = None
    allowed_when: str | None = None
    forbidden_when: str | None = None
    above: float | None = None
    below: float | None = None
    min: float | None = None
    max: float | None = None
    derived: str | None = None
    closed_to: str | None = None
    by: str | None = None
    name_of: str | None = None
    equals: str | None = None
    zero_is_empty: bool = False
    role: Literal["value", "reference", "file"] = "value"
    to: str | None = None
    media: tuple[str, ...] = ()
    label: dict[str, Any] = made(default_factory=dict)
    note: str | None = None
    source: str | None = None
    confidence: str = "unconfirmed"

    @property
    def numeric(self) -> bool:
        """True for numbers of both kinds."""
        return self.type in ("number", "integer")


@dataclass(frozen=True)
class Geometry:
    """What shape a feature has. `kind` is what a row stores, `form` the word of the standard.

    An annotation is stored as its point; a raster, surface or solid as the polygon it covers, its body being a file.
    """

    kind: Literal["none", "point", "line", "polygon"] = "polygon"
    parts: Literal["single", "any"] = "any"
    required: bool = True
    form: str = "polygon"
    dims: int = 2
    min_area: float | None = None
    min_width: float | None = None


@dataclass(frozen=True)
class Rule:
    """One check, written or implied. `params` are those of its kind, lengths in metres, areas in m²."""

    id: str
    kind: str
    family: str
    severity: Severity = "error"
    layer: str | None = None
    field: str | None = None
    title: str = ""
    say: str = ""
    remedy: str = ""
    params: dict[str, Any] = made(default_factory=dict)
    source: str | None = None
    confidence: str = "unconfirmed"
    where: str = ""


@dataclass(frozen=True)
class Entity:
    """One layer of a standard. `key` is the key field; a composite key has several `key_fields` and no `key`."""

    name: str
    title: str
    code: str | None
    geometry: Geometry
    fields: dict[str, Field]
    key: str | None = None
    key_fields: tuple[str, ...] = ()
    same_thing: tuple[str, ...] = ()
    volume: Literal["small", "large"] = "small"
    label: dict[str, Any] = made(default_factory=dict)
    style: dict[str, Any] = made(default_factory=dict)
    written_by: Literal["delivery", "cases"] = "delivery"
    rules: tuple[Rule, ...] = ()
    catalogue_only: bool = False
    missing: str | None = None
    field_names: dict[str, str | None] = made(default_factory=dict)
    """Field name → title of a layer known by name only, as far as they were read; no types, no table."""
    note: str | None = None
    source: str | None = None
    confidence: str = "unconfirmed"


@dataclass(frozen=True)
class Model:
    """One edition of one standard."""

    id: str
    edition: str
    title: str
    source: str | None
    in_force: str | None
    space: Space
    codes: dict[str, CodeTable]
    patterns: dict[str, Pattern]
    entities: dict[str, Entity]
    """Layers with typed fields: they have tables, rules and deliveries."""
    catalogue: dict[str, Entity] = made(default_factory=dict)
    """Layers known by name only (`catalogue_only`): no table, no delivery."""
    crosswalks: dict[str, Crosswalk] = made(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    statistics: tuple[dict[str, Any], ...] = ()
    no_change: dict[str, Any] = made(default_factory=dict)
    delivery: dict[str, Any] = made(default_factory=dict)
    file: str = ""

    @property
    def name(self) -> str:
        """`tdt1057@2020`."""
        return f"{self.id}@{self.edition}"

    def entity(self, name: str) -> Entity:
        """The typed layer of this name; CatalogueOnly or EntityNotFound with the nearest otherwise."""
        if name in self.catalogue:
            raise CatalogueOnly(self.name, name, self.catalogue[name].title, self.catalogue[name].missing)
        if name not in self.entities:
            raise EntityNotFound(self.name, name, [*self.entities, *self.catalogue])
        return self.entities[name]

    def listed(self) -> list[Entity]:
        """Every layer the standard names, typed or not."""
        return [*self.entities.values(), *self.catalogue.values()]

    def refuse_catalogue_only(self, names: Iterable[str]) -> None:
        """Raise CatalogueOnly when one of the layer names (any case) has no field table here."""
        untyped = {name.casefold(): name for name in self.catalogue}
        for name in names:
            if name.casefold() in untyped:
                self.entity(untyped[name.casefold()])

    def reference_day(self, period: str | None) -> date | None:
        """Day at which codes are judged: `delivery.reference` (month-day) of the year `period`; None when unknown."""
        reference = self.delivery.get("reference")
        if not period or not reference or not str(period).isdigit():
            return None
        return date.fromisoformat(f"{int(period):04d}-{reference}")

    def layer_id(self, entity: str) -> str:
        """`tdt1057@2020/DLTB`."""
        return f"{self.name}/{self.entity(entity).name}"

    def table_name(self, entity: str) -> str:
        """`tdt1057_2020_dltb`, in schema `layers`."""
        return f"{self.id}_{self.edition}_{self.entity(entity).name}".lower()

    def domain(self, field_: Field) -> CodeTable | None:
        """The code table of a field, when it has one."""
        return self.codes.get(field_.domain) if isinstance(field_.domain, str) else None

    def all_rules(self) -> list[Rule]:
        """Rules of the layers in their order, then those between layers."""
        return [r for e in self.entities.values() for r in e.rules] + list(self.rules)
