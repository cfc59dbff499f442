"""The one query of every service: whose rows, which day, which box, which values — in this order of cost.

The region of the actor stands in the query itself (it prunes partitions and lets indexes work) and row security
stands behind it. Field names come from the data standard only; values travel as parameters.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.layers import Layer
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.services.errors import BadBox, BadCursor, BadWhere, NoShapes


@dataclass
class Query:
    """SQL conditions with named parameters, joined by AND."""

    layer: Layer
    by: kernel.Actor
    moment: Moment
    conditions: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return " AND ".join(self.conditions)

    def add(self, condition: str, **parameters: Any) -> "Query":
        self.conditions.append(condition)
        self.parameters |= parameters
        return self


def query(
    by: kernel.Actor,
    layer: Layer,
    *,
    asof: date | None = None,
    known: datetime | None = None,
    county: str | None = None,
) -> Query:
    """The rows of the layer that the actor may see as of a day; of one county when it is named.

    A county outside the actor's region gives no rows, as if it did not exist.
    """
    moment = Moment(asof or kernel.today(), known)
    found = Query(layer, by, moment, parameters=moment.parameters)
    lo, hi = kernel.region_range(by.region)
    found.add("county >= %(lo)s AND county < %(hi)s", lo=lo, hi=hi)
    if county:
        found.add("county = %(county)s", county=county)
    return found.add(moment.condition)


def inside(found: Query, bbox: str | tuple[float, ...] | list[float]) -> Query:
    """Only features whose box meets the box (west, south, east, north in degrees). Raises BadBox, NoShapes."""
    if found.layer.shape is None:
        raise NoShapes(found.layer.id)
    try:
        west, south, east, north = (float(v) for v in (bbox.split(",") if isinstance(bbox, str) else bbox))
    except ValueError as error:
        raise BadBox(str(bbox)) from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadBox(str(bbox))
    return found.add(
        "geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)",
        west=west, south=south, east=east, north=north,
    )  # fmt: skip


def matching(found: Query, where: str) -> Query:
    """Only features with these values: `DLBM:0101;ZLDWDM:340123101*`. Fields of the standard only."""
    for number, part in enumerate(p for p in where.split(";") if p.strip()):
        name, sign, value = (s.strip() for s in part.partition(":"))
        kind = found.layer.entity.fields.get(name)
        if not sign or kind is None:
            raise BadWhere(part, found.layer.names)
        mark = f"value{number}"
        if value.endswith("*") and not kind.numeric:
            head = value[:-1]
            found.add(
                f'"{name}" >= %({mark})s AND "{name}" < %({mark}_)s',
                **{mark: head, f"{mark}_": head + "\U0010ffff"},
            )
        elif value == "":
            found.add(f'"{name}" IS NULL')
        else:
            found.add(f'"{name}"::text = %({mark})s', **{mark: value})
    return found


def searching(found: Query, q: str) -> Query:
    """Only features whose key begins with the words, or one of whose names contains them."""
    names = [f.name for f in found.layer.fields if f.type == "text" and f.name.endswith("MC")]
    like = " OR ".join(["key LIKE %(head)s", *(f'"{n}" LIKE %(part)s' for n in names)])
    safe = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return found.add(f"({like})", head=f"{safe}%", part=f"%{safe}%")


def following(found: Query, after: str) -> Query:
    """Only features after the one a cursor stands on, in order of county and key."""
    county, key = read_cursor(after)
    return found.add("(county, key) > (%(after_county)s, %(after_key)s)", after_county=county, after_key=key)


def cursor_of(*place: str) -> str:
    """An opaque page mark."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(text: str) -> list[str]:
    """What `cursor_of` marked. Raises BadCursor."""
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError as error:
        raise BadCursor from error
    if not isinstance(place, list) or len(place) != 2 or not all(isinstance(p, str) for p in place):
        raise BadCursor
    return place
