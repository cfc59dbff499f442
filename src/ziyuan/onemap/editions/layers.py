"""What editions and services need of a layer: its table, key, fields, and what a re-export may change."""

from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from ziyuan.base.geometry import Kind
from ziyuan.onemap.editions.errors import UnknownLayer
from ziyuan.onemap.standards import library
from ziyuan.onemap.standards.codes import CodeTable
from ziyuan.onemap.standards.model import Entity, Field, Model

AREA_FIELDS = ("TBDLMJ", "TBMJ", "DCMJ", "YJJBNTTBMJ", "MJ")
CLASS_FIELDS = ("DLBM", "GHFQMC", "LHLX")


@dataclass(frozen=True, eq=False)
class Layer:
    """One entity of a data standard, as a table of the schema `layers`."""

    model: Model
    entity: Entity

    @cached_property
    def id(self) -> str:
        return self.model.layer_id(self.entity.name)

    @property
    def title(self) -> str:
        return self.entity.title

    @cached_property
    def table(self) -> str:
        return self.model.table_name(self.entity.name)

    @property
    def sql(self) -> str:
        """Quoted name of the table."""
        return f'layers."{self.table}"'

    @property
    def shape(self) -> Kind | None:
        """What shape its features have; None for a table of records without one."""
        kind = self.entity.geometry.kind
        return None if kind == "none" else kind

    @property
    def geom(self) -> tuple[str, ...]:
        """The geometry column, where there is one."""
        return ("geom",) if self.shape else ()

    @property
    def turned(self) -> bool:
        """Its lines say the same from either end, as the standard declares."""
        return self.model.no_change.get("line_direction") == "any"

    @cached_property
    def key_fields(self) -> tuple[str, ...]:
        """The fields that name a feature, in the order in which `standards.keys` joins them."""
        return self.entity.key_fields or ((self.entity.key,) if self.entity.key else ("BSM",))

    @property
    def key(self) -> str:
        """The key as a person reads it: its field, or the parts of a composite one."""
        return "+".join(self.key_fields)

    @property
    def large(self) -> bool:
        return self.entity.volume == "large"

    @property
    def by_cases(self) -> bool:
        """Written by cases, never by a delivery."""
        return self.entity.written_by == "cases"

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return tuple(self.entity.fields.values())

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.fields)

    def quoted(self, prefix: str = "") -> str:
        """The attribute columns, quoted, in order."""
        return ", ".join(f'{prefix}"{name}"' for name in self.names)

    @cached_property
    def yearly(self) -> frozenset[str]:
        """Fields that repeat the period of the delivery (SJNF): the edition's, not the feature's."""
        return frozenset(f.name for f in self.fields if f.equals == "period")

    @cached_property
    def hashed(self) -> tuple[str, ...]:
        """Fields whose change is a change, in order of name."""
        ignored = self.yearly | set(self.model.no_change.get("ignore") or ())
        return tuple(sorted(n for n in self.names if n not in ignored))

    @cached_property
    def area_field(self) -> str | None:
        """The field that holds the area counted in statistics."""
        return next((n for n in AREA_FIELDS if n in self.entity.fields and self.entity.fields[n].type == "number"), None)

    @cached_property
    def class_field(self) -> str | None:
        """The field by which the layer is drawn and counted."""
        return next((n for n in CLASS_FIELDS if n in self.entity.fields), None)

    @cached_property
    def classes(self) -> CodeTable | None:
        """Code table of the class field; a control line borrows the survey's land classes."""
        if self.class_field is None:
            return None
        own = self.model.domain(self.entity.fields[self.class_field])
        return own or (land_classes() if self.class_field == "DLBM" else None)


@cache
def layers() -> dict[str, Layer]:
    """Every layer and table of every standard that has typed fields, by id."""
    return {ref.id: Layer(ref.model, ref.entity) for ref in library.layers()}


def layer(name: str | Layer) -> Layer:
    """The layer of an id (`~` may stand for `/`) or of an entity name that only one standard has."""
    if isinstance(name, Layer):
        return name
    known = layers()
    wanted = name.replace("~", "/")
    if wanted in known:
        return known[wanted]
    same = [x for x in known.values() if x.entity.name == wanted]
    if len(same) == 1:
        return same[0]
    raise UnknownLayer(name, [*known, *(x.entity.name for x in known.values())])


@cache
def land_classes() -> CodeTable:
    """Land classes (地类) of the survey, with level 1 and three-way class."""
    return layer("DLTB").model.codes["DLBM"]


def three_class(code: str) -> str:
    """农用地, 建设用地 or 未利用地 of a land class; empty for a code outside the table."""
    row = land_classes().by_code.get(code)
    return row.extra.get("three_class", "") if row else ""


def period_of(day: date) -> str:
    """The yearly period a reference date belongs to."""
    return str(day.year)
