"""Feature pages, one feature with its history, point queries and counts."""

import json
from datetime import date, datetime
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotFound
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.asof import in_period
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.services.query import Query, cursor_of, following, inside, matching, query, searching

LARGEST_PAGE = 2000
DIGITS = 9  # of a degree: 0.1 mm
NEAR = 0.0001  # of a degree, ten metres: how far from a line or point one may click


def features(
    by: kernel.Actor, name: str, county: str | None = None, bbox: str | None = None, asof: date | None = None,
    known: datetime | None = None, where: str | None = None, q: str | None = None, after: str | None = None,
    limit: int = 100,
) -> dict[str, Any]:  # fmt: skip
    """A page of features as GeoJSON, in order of county and key; `next` is the mark of the page after it."""
    kind = layer(name)
    found = query(by, kind, asof=asof, known=known, county=county)
    for add, value in ((inside, bbox), (matching, where), (searching, q), (following, after)):
        if value:
            add(found, value)
    size = max(1, min(limit, LARGEST_PAGE))
    with kernel.acting(by):
        page = in_period(
            kind, rows.features(kind, found.where, found.parameters, limit=size + 1), found.moment
        )
    more = len(page) > size
    page = page[:size]
    return {
        "type": "FeatureCollection",
        "features": [geojson(f) for f in page],
        "next": cursor_of(page[-1].county, page[-1].key) if more else None,
    }


def geojson(feature: rows.Feature) -> dict[str, Any]:
    """A feature as GeoJSON in EPSG:4490."""
    properties = {
        "county": feature.county, "key": feature.key, **{k: plain(v) for k, v in feature.attributes.items()},
        "valid_from": plain(feature.valid_from), "valid_to": plain(feature.valid_to), "edition": feature.edition,
        "case_no": feature.case_no,
    }  # fmt: skip
    return {
        "type": "Feature", "id": f"{feature.county}/{feature.key}", "geometry": shape_json(feature),
        "properties": properties,
    }  # fmt: skip


def shape_json(feature: rows.Feature) -> dict[str, Any] | None:
    """Geometry as GeoJSON with nine decimals of a degree; None for a record of a table."""
    if feature.geometry is None:
        return None
    return json.loads(
        json.dumps(feature.geometry.__geo_interface__), parse_float=lambda text: round(float(text), DIGITS)
    )


def plain(value: Any) -> Any:
    """A value as JSON carries it: decimals as text, exact; dates as ISO text."""
    if value is None or isinstance(value, str | int | bool):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def identify(
    by: kernel.Actor,
    name: str,
    lon: float,
    lat: float,
    asof: date | None = None,
    known: datetime | None = None,
) -> dict[str, Any]:
    """The features at a point (degrees), lines and points also beside it, each with its history."""
    kind = layer(name)
    far = 0.0 if kind.shape == "polygon" else NEAR
    found = inside(query(by, kind, asof=asof, known=known), (lon - far, lat - far, lon + far, lat + far))
    found.add("ST_DWithin(geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490), %(far)s)", lon=lon, lat=lat, far=far)
    with kernel.acting(by):
        here = in_period(kind, rows.features(kind, found.where, found.parameters, limit=20), found.moment)
        return {"items": [described(kind, f, _history(kind, f.county, f.key)) for f in here]}


def feature(
    by: kernel.Actor,
    name: str,
    county: str,
    key: str,
    asof: date | None = None,
    known: datetime | None = None,
) -> dict[str, Any]:
    """One feature as of a day, with its history. Raises NotFound, also for another county's."""
    kind = layer(name)
    found = query(by, kind, asof=asof, known=known, county=county).add("key = %(key)s", key=key)
    with kernel.acting(by):
        here = in_period(kind, rows.features(kind, found.where, found.parameters, limit=1), found.moment)
        if not here:
            raise NotFound(kind.title, key)
        return described(kind, here[0], _history(kind, county, key))


def _history(kind: Layer, county: str, key: str) -> list[rows.Feature]:
    """All states of a feature; asked inside `kernel.acting`, for rows the actor already saw."""
    return rows.features(
        kind, "county = %(county)s AND key = %(key)s", {"county": county, "key": key},
        order="known_to IS NOT NULL, valid_from DESC, known_from DESC", limit=200,
    )  # fmt: skip


def described(kind: Layer, found: rows.Feature, history: list[rows.Feature]) -> dict[str, Any]:
    """A feature with titles and code names, for people."""
    return {
        "layer": kind.id, "layer_title": kind.title, "county": found.county,
        "county_name": kernel.region(found.county).name, "key": found.key, "properties": properties(kind, found),
        "geometry": shape_json(found), "valid_from": plain(found.valid_from), "valid_to": plain(found.valid_to),
        "edition": found.edition, "case_no": found.case_no, "parents": list(found.parents),
        "history": [_state(kind, f) for f in history],
    }  # fmt: skip


def properties(kind: Layer, found: rows.Feature) -> list[dict[str, Any]]:
    """Fields that say something: name, title, value, and the value as a person reads it."""
    shown = []
    for field in kind.fields:
        value = found.attributes.get(field.name)
        if value is None:
            continue
        table = kind.model.domain(field)
        name = table.title_of(str(value)) if table else None
        unit = {"m2": " 平方米", "ha": " 公顷", "m": " 米"}.get(field.unit or "", "")
        text = f"{value} {name}" if name else f"{value}{unit}"
        shown.append({"name": field.name, "title": field.title, "value": plain(value), "text": text})
    return shown


def _state(kind: Layer, f: rows.Feature) -> dict[str, Any]:
    return {
        "valid_from": plain(f.valid_from), "valid_to": plain(f.valid_to), "known_from": plain(f.known_from),
        "known_to": plain(f.known_to), "edition": f.edition, "case_no": f.case_no, "parents": list(f.parents),
        "class": f.attributes.get(kind.class_field or ""), "area_m2": plain(f.attributes.get(kind.area_field or "")),
    }  # fmt: skip


def count(
    by: kernel.Actor, name: str, county: str | None = None, asof: date | None = None, known: datetime | None = None
) -> dict[str, Any]:
    """How many features hold as of a day within the actor's region."""
    kind = layer(name)
    found = query(by, kind, asof=asof, known=known, county=county)
    with kernel.acting(by):
        return {"asof": found.moment.on.isoformat(), "count": _counted(found)}


def _counted(found: Query) -> int:
    with rows.cursor() as c:
        c.execute(f"SELECT count(*) FROM {found.layer.sql} WHERE {found.where}", found.parameters)
        row = c.fetchone()
    return int(row[0]) if row else 0
