"""Findings as people read them: a filtered page by keyset, counts, the map."""

import json
from collections import Counter
from typing import Any

import shapely
from django.apps import apps
from django.db.models import Count, Q, QuerySet

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings import cover
from ziyuan.onemap.findings.errors import FilterUnknown
from ziyuan.onemap.findings.models import (
    CheckRun,
    Dispute,
    DisputeState,
    Duty,
    ExceptionState,
    Standing,
    State,
    StoredFinding,
)
from ziyuan.onemap.quality.finding import SEVERITY_TITLES

MOST_ON_MAP = 5000
_KNOWN = {"severity": list(SEVERITY_TITLES), "state": State.values, "standing": Standing.values}
_PLAIN = ("rule", "severity", "family", "village")



def delivery_of(given: Any) -> Any:
    """The delivery by id, number or itself; NotFound also for one of another region (row security hides it)."""
    known = getattr(given, "pk", given)
    wanted = {"no": known} if isinstance(known, str) and not known.isdecimal() else {"pk": int(known)}
    found = apps.get_model("onemap", "Delivery").objects.filter(**wanted).first()
    if found is None:
        raise kernel_errors.NotFound("汇交", given)
    return found


def listing(
    by: kernel.Actor, delivery: Any, *, rule: str | None = None, severity: str | None = None, layer: str | None = None,
    q: str | None = None, after: str | None = None, limit: int = 100, family: str | None = None,
    state: str | None = None, standing: str | None = None, village: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A page of findings of a delivery in their order, from the cursor on. Raises FilterUnknown."""
    wanted = {"rule": rule, "severity": severity, "family": family, "village": village, "layer": layer, "q": q,
              "state": state, "standing": standing}  # fmt: skip
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = delivery_of(delivery)
        chosen = filtered(row, wanted)
        if after and after.isdecimal():
            chosen = chosen.filter(ordinal__gt=int(after))
        page = list(chosen[: limit + 1])
        more, page = len(page) > limit, page[:limit]
        items = items_of(by, page)
    return {"items": items, "next": str(page[-1].ordinal) if more else None}


def filtered(row: Any, wanted: dict[str, str | None]) -> QuerySet[StoredFinding]:
    """Findings of a delivery that satisfy the filters; those it mended are asked for by standing=fixed."""
    for name, known in _KNOWN.items():
        if wanted.get(name) and wanted[name] not in known:
            raise FilterUnknown(name, str(wanted[name]), known)
    rows = StoredFinding.objects.filter(delivery=row)
    if wanted.get("standing") == Standing.FIXED:
        rows = StoredFinding.objects.filter(fixed_in__delivery=row)
    elif wanted.get("standing"):
        rows = rows.filter(standing=wanted["standing"])
    rows = cover.with_effect(rows).select_related("exception", "run", "fixed_in__delivery").order_by("ordinal", "pk")
    for name in _PLAIN:
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if layer := wanted.get("layer"):
        rows = rows.filter(layer=layer.replace("~", "/").rsplit("/", 1)[-1])
    if wanted.get("state"):
        rows = rows.filter(Q(effect=wanted["state"]))
    if q := wanted.get("q"):
        rows = rows.filter(Q(message__icontains=q) | Q(key__icontains=q) | Q(value__icontains=q) | Q(rule__icontains=q))
    return rows


def items_of(by: kernel.Actor, rows: list[StoredFinding]) -> list[dict[str, Any]]:
    """The findings as the API gives them out, with what was said of each and what the asker may do."""
    prints = {r.fingerprint for r in rows if r.fingerprint}
    told: dict[str, Dispute] = {}
    for dispute in Dispute.objects.filter(finding__fingerprint__in=prints).select_related("finding").order_by("pk"):
        told[dispute.finding.fingerprint] = dispute
    return [{**item(r), "dispute": _dispute(told.get(r.fingerprint)), "actions": _actions(by, r)} for r in rows]


def _dispute(row: Dispute | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"id": row.pk, "no": row.no, "state": row.state, "state_title": DisputeState(row.state).label}


def _actions(by: kernel.Actor, row: StoredFinding) -> list[str]:
    if row.followed or effect_of(row) != State.OPEN:
        return []
    able = []
    if row.severity != "note" and kernel.may(by, "finding.except", region=row.county):
        able.append("except")
    if kernel.may(by, "finding.dispute", region=row.county):
        able.append("dispute")
    return able


def effect_of(row: StoredFinding) -> str:
    """State as of today: *excepted* while an exception holds."""
    if row.state in (State.FIXED, State.FALSE_ALARM) or row.exception is None:
        return row.state
    held = row.exception.state == ExceptionState.APPROVED and row.exception.until >= kernel.today()
    return State.EXCEPTED if held else row.state


def item(f: StoredFinding) -> dict[str, Any]:
    """A finding with every field that is stored of it."""
    effect, standing = effect_of(f), Standing.FIXED if f.fixed_in_id else f.standing
    return {
        "id": f.pk, "rule": f.rule, "title": title_of(f), "kind": f.kind, "family": f.family, "severity": f.severity,
        "severity_title": SEVERITY_TITLES.get(f.severity, f.severity), "layer": f.layer, "key": f.key,
        "row": f.row, "file": f.file, "line": f.line, "field": f.field, "value": f.value, "expected": f.expected,
        "epsg": f.epsg, "x": f.x, "y": f.y, "lon": f.lon, "lat": f.lat, "village": f.village,
        "village_name": f.village_name, "measure": f.measure, "unit": f.unit, "partners": f.partners,
        "message": f.message, "remedy": f.remedy, "clause": f.clause, "standard": f.standard,
        "rule_version": f.rule_version, "run": f.run.number if f.run else None, "duty": f.duty,
        "duty_title": Duty(f.duty).label, "fingerprint": f.fingerprint, "standing": standing,
        "standing_title": Standing(standing).label, "state": effect, "state_title": State(effect).label,
        "since": f.since, "fixed_in": f.fixed_in.delivery.no if f.fixed_in else None,
        "exception": exception_of(f), "geometry": geojson(f),
    }  # fmt: skip


def title_of(f: StoredFinding) -> str:
    """What the rule is about, in words; a fault of a file, whose message is all there is to say, by its family."""
    titles = (c["title"] for c in (f.run.counts if f.run else ()) if c["rule"] == f.rule)
    return next((title for title in titles if title != f.message.rstrip("。")), f.family)


def exception_of(f: StoredFinding) -> dict[str, Any] | None:
    """The exception linked to a finding, with its state as of today."""
    held = f.exception
    if held is None:
        return None
    ended = held.state == ExceptionState.APPROVED and held.until < kernel.today()
    return {"id": held.pk, "no": held.no, "state": ExceptionState.ENDED if ended else held.state, "until": held.until}


def geojson(f: StoredFinding) -> dict[str, Any] | None:
    """Shape of the defect in EPSG:4490, else its point, else None."""
    if f.shape is not None:
        return json.loads(shapely.to_geojson(shapely.from_wkb(bytes(f.shape))))
    return {"type": "Point", "coordinates": [f.lon, f.lat]} if f.lon is not None else None


def on_map(by: kernel.Actor, delivery: Any) -> dict[str, Any]:
    """The findings that have a place, for the map; `left_off` says how many did not fit."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = delivery_of(delivery)
        placed = filtered(row, {}).filter(lon__isnull=False)
        rows = list(placed[: MOST_ON_MAP + 1])
        left_off = placed.count() - MOST_ON_MAP if len(rows) > MOST_ON_MAP else 0
        items = items_of(by, rows[:MOST_ON_MAP])
    features = [
        {"type": "Feature", "id": told["id"], "geometry": told.pop("geometry"), "properties": told} for told in items
    ]
    return {"type": "FeatureCollection", "features": features, "left_off": left_off}


def last_run(row: Any) -> CheckRun | None:
    """The latest check of a delivery; None before the first."""
    return CheckRun.objects.filter(delivery=row).select_related("earlier__delivery").order_by("-number").first()


def open_counts(row: Any, run: CheckRun) -> list[dict[str, Any]]:
    """Counts by rule with `open`, as exceptions and answers stand today."""
    listed = cover.with_effect(StoredFinding.objects.filter(delivery=row)).values_list("rule", "severity", "effect")
    whole = cover.whole_county(cover.active(run.county, run.mandate, kernel.today()))
    return cover.left_open(run.counts, listed, whole)


def open_errors(row: Any) -> int:
    """Errors of a delivery that no exception and no answer covers, today. Inside `acting`."""
    run = last_run(row)
    return 0 if run is None else sum(c["open"] for c in open_counts(row, run) if c["severity"] == "error")


def counts(by: kernel.Actor, delivery: Any) -> dict[str, Any]:
    """Figures of a delivery's findings: by family and rule, severity, state, village, layer; score; what was switched."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = delivery_of(delivery)
        run = last_run(row)
        by_rule = open_counts(row, run) if run else []
        rows = cover.with_effect(StoredFinding.objects.filter(delivery=row))
        states = Counter(rows.order_by().values_list("effect", flat=True))
        villages = rows.filter(village__isnull=False).order_by().values("village", "village_name").annotate(n=Count("pk"))
        layers = rows.filter(layer__isnull=False).order_by("layer").values("layer").annotate(n=Count("pk"))
        return {
            "families": _families(by_rule), "states": dict(states),
            "severities": {s: sum(c["count"] for c in by_rule if c["severity"] == s) for s in SEVERITY_TITLES},
            "standing": run.standing if run else {"new": 0, "still": 0, "fixed": 0},
            "villages": [{"code": v["village"], "name": v["village_name"], "count": v["n"]}
                         for v in sorted(villages, key=lambda v: (-v["n"], v["village"]))],
            "layers": [{"layer": found["layer"], "count": found["n"]} for found in layers],
            "open_errors": sum(c["open"] for c in by_rule if c["severity"] == "error"),
            "score": run.score if run else None, "first_pass": run.first_pass if run else None,
            "earlier": {"id": run.earlier.delivery_id, "no": run.earlier.delivery.no} if run and run.earlier else None,
            "switches": run.switches if run else [], "versions": run.versions if run else {},
        }  # fmt: skip


def _families(by_rule: list[dict[str, Any]]) -> list[dict[str, Any]]:
    families: dict[str, dict[str, Any]] = {}
    for c in by_rule:
        known = families.setdefault(
            c["family"], {"family": c["family"], "count": 0, "error": 0, "warning": 0, "note": 0, "rules": []}
        )
        known["count"] += c["count"]
        known[c["severity"]] += c["count"]
        known["rules"].append(
            {**{n: c[n] for n in ("rule", "title", "severity", "layer", "count", "listed")}, "excepted": c["count"] - c["open"]}
        )
    return list(families.values())
