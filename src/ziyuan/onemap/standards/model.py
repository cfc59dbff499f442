"""The model language as values: a standard, its layers, fields, rules. Frozen; made by `loader`."""

from dataclasses import dataclass
from dataclasses import field as made
from typing import Any, Literal

from ziyuan.onemap.standards.codes import CodeTable
from ziyuan.onemap.standards.errors import EntityNotFound

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
    source: str | None = None
    confidence: str = "unconfirmed"

    @property
    def length(self) -> int:
        """Characters in all."""
        return sum(size for _, size in self.parts)


@dataclass(frozen=True)
class Field:
    """One field. `unique` is True, or the field inside whose values it is unique; None is unknown."""

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
    note: str | None = None
    source: str | None = None
    confidence: str = "unconfirmed"

    @property
    def numeric(self) -> bool:
        """True for numbers of both kinds."""
        return self.type in ("number", "integer")


@dataclass(frozen=True)
class Geometry:
    """What shape a feature has."""

    kind: Literal["none", "point", "line", "polygon"] = "polygon"
    parts: Literal["single", "any"] = "any"
    required: bool = True


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
    """One layer of a standard."""

    name: str
    title: str
    code: str | None
    geometry: Geometry
    fields: dict[str, Field]
    key: str | None = None
    same_thing: tuple[str, ...] = ()
    volume: Literal["small", "large"] = "small"
    label: dict[str, Any] = made(default_factory=dict)
    style: dict[str, Any] = made(default_factory=dict)
    written_by: Literal["delivery", "cases"] = "delivery"
    rules: tuple[Rule, ...] = ()
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
        """The layer of this name; EntityNotFound with the nearest otherwise."""
        if name not in self.entities:
            raise EntityNotFound(self.name, name, self.entities)
        return self.entities[name]

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
