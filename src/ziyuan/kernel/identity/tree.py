"""Read the organisation as of a day: the tree of a region, one unit with its posts and people, the history, the table."""

import csv
import io
from collections import Counter
from datetime import date
from typing import Any

from django.db.models import QuerySet

from ziyuan.base.csv_safe import safe_row
from ziyuan.base.writing import clean
from ziyuan.kernel.audit.record import record
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.changing import living
from ziyuan.kernel.identity.guard import acting, may, require
from ziyuan.kernel.identity.models import Membership, Organ, OrganChange, OrganTerm, Person, Post
from ziyuan.kernel.identity.organs import EXTERNAL, KINDS, UNITS, path_of
from ziyuan.kernel.identity.periods import in_force
from ziyuan.kernel.identity.posts import RANKS, levels_of_role
from ziyuan.kernel.identity.regions import region, region_range
from ziyuan.kernel.identity.titles import EXTERNAL_HANDLER, ROLES, role_title, title_of
from ziyuan.kernel.nodes.node import today

_PAGE = 50
_HEAD = ("行政区", "上级单位", "单位编号", "单位", "类别", "姓名", "用户名", "岗位", "职务", "负责人", "职级", "自", "至")


def organisation(by: Actor, *, day: date | None = None, place: str = "", q: str = "") -> dict[str, Any]:
    """Organs and units of a region as of a day, each with its parent; `q` keeps what it finds and what stands above it."""
    on = day or today()
    with acting(by):
        where = place or by.region
        require(by, "organ.read", where)
        items = _nodes(where, on)
        if clean(q):
            items = _found(items, clean(q), on)
    return {"day": on.isoformat(), "items": items, "may_change": may(by, "organ.change"), "may_appoint": may(by, "post.appoint")}


def _organs(place: str, on: date) -> QuerySet[Organ]:
    lo, hi = region_range(place)
    return Organ.objects.filter(in_force(on), region_id__gte=lo, region_id__lt=hi).exclude(kind="outside")


def _nodes(place: str, on: date) -> list[dict[str, Any]]:
    organs = list(_organs(place, on).order_by("region_id", "code"))
    codes = [o.code for o in organs]
    terms = {t.organ_id: t for t in OrganTerm.objects.filter(in_force(on), organ__in=codes)}
    members = Counter(Membership.objects.filter(in_force(on), unit__in=codes).values_list("unit_id", flat=True))
    heads = Post.objects.filter(in_force(on), unit__in=codes, head=True).values_list("unit_id", "person__name")
    leading = dict(heads)
    return [
        {
            "code": o.code,
            "name": terms[o.code].name if o.code in terms else o.name,
            "kind": o.kind,
            "kind_title": KINDS[o.kind],
            "region": o.region_id,
            "region_name": region(o.region_id).name,
            "parent": terms[o.code].parent_id if o.code in terms else None,
            "since": o.since.isoformat(),
            "until": o.until.isoformat() if o.until else None,
            "people": members[o.code],
            "head": leading.get(o.code, ""),
        }
        for o in organs
    ]


def _found(items: list[dict[str, Any]], q: str, on: date) -> list[dict[str, Any]]:
    """What carries the text in name, code or the name of somebody in it, and everything above."""
    named = set(
        Membership.objects.filter(in_force(on), person__name__contains=q, unit__in=[i["code"] for i in items])
        .values_list("unit_id", flat=True)
    )  # fmt: skip
    by_code = {i["code"]: i for i in items}
    kept: set[str] = set()
    for item in items:
        if q in item["name"] or q.casefold() in item["code"].casefold() or item["code"] in named:
            at = item["code"]
            while at in by_code and at not in kept:
                kept.add(at)
                at = by_code[at]["parent"]
    return [i for i in items if i["code"] in kept]


def unit_record(by: Actor, code: str, *, day: date | None = None) -> dict[str, Any]:
    """One unit as of a day: where it stands, its posts and people, its history, and what this actor may do with it."""
    on = day or today()
    with acting(by):
        unit = living(code, by)
        require(by, "organ.read", unit.region_id)
        held = Post.objects.filter(in_force(on), unit=unit).select_related("person")
        posts = list(held.order_by("-head", "person__user", "role"))
        members = Membership.objects.filter(in_force(on), unit=unit).select_related("person").order_by("person__user")
        terms = [t for t in unit.terms.select_related("parent").order_by("since", "pk") if t.until is None or t.until >= t.since]
        here = next((t for t in terms if t.since <= on and (t.until is None or t.until >= on)), None)
        return {
            "day": on.isoformat(),
            "code": unit.code,
            "name": here.name if here else unit.name,
            "kind": unit.kind,
            "kind_title": KINDS[unit.kind],
            "region": unit.region_id,
            "region_name": region(unit.region_id).name,
            "parent": here.parent_id if here else None,
            "path": _path(unit, on),
            "since": unit.since.isoformat(),
            "until": unit.until.isoformat() if unit.until else None,
            "terms": [_term(t) for t in terms],
            "posts": [_post(p) for p in posts],
            "people": [_member(m) for m in members],
            "changes": organ_changes(by, unit=unit.code)["items"],
            "roles": [{"id": r, "title": role_title(r)} for r in _roles_in(unit)],
            "ranks": list(RANKS),
            "may_change": may(by, "organ.change", unit.region_id),
            "may_appoint": may(by, "post.appoint", unit.region_id),
            "is_unit": unit.kind in UNITS,
        }


def _roles_in(unit: Organ) -> list[str]:
    if unit.kind == EXTERNAL:
        return [EXTERNAL_HANDLER]
    level, ours = region(unit.region_id).level, [r for r in ROLES if r not in ("applicant", EXTERNAL_HANDLER)]
    return [role for role in ours if level in (levels_of_role(role) or {level})]


def _path(unit: Organ, on: date) -> list[dict[str, str]]:
    codes = path_of(unit, on)[1:]
    names = dict(OrganTerm.objects.filter(in_force(on), organ__in=codes).values_list("organ_id", "name"))
    return [{"code": c, "name": names.get(c, c)} for c in reversed(codes)]


def _term(term: OrganTerm) -> dict[str, Any]:
    return {
        "name": term.name,
        "parent": term.parent_id,
        "parent_name": term.parent.name if term.parent else "",
        "since": term.since.isoformat(),
        "until": term.until.isoformat() if term.until else None,
    }


def _post(post: Post) -> dict[str, Any]:
    return {
        "id": post.pk,
        "person": post.person_id,
        "name": post.person.name,
        "user": post.person.user,
        "active": post.person.active,
        "role": post.role,
        "role_title": role_title(post.role),
        "title": post.title,
        "head": post.head,
        "rank": post.rank,
        "since": post.since.isoformat(),
        "until": post.until.isoformat() if post.until else None,
    }


def _member(row: Membership) -> dict[str, Any]:
    return {
        "id": row.person_id,
        "name": row.person.name,
        "user": row.person.user,
        "active": row.person.active,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }


def staff_of(by: Actor, *, organ: str, q: str = "") -> list[dict[str, Any]]:
    """People of an organ (机关) by user name, the deactivated ones too: whom a form may name."""
    with acting(by):
        home = living(organ, by)
        require(by, "organ.read", home.region_id)
        found = Person.objects.filter(organ=home).order_by("user")
        text = clean(q)
        return [
            {"id": p.pk, "name": p.name, "user": p.user, "active": p.active}
            for p in found
            if not text or text in p.name or text.casefold() in p.user.casefold()
        ][:200]


def organ_changes(by: Actor, *, unit: str = "", place: str = "", after: str | None = None) -> dict[str, Any]:
    """History, newest first: of a unit, or of a whole region."""
    with acting(by):
        lo, hi = region_range(place or by.region)
        require(by, "organ.read", place or by.region)
        found = OrganChange.objects.filter(region__gte=lo, region__lt=hi)
        if clean(unit):
            found = found.filter(unit=clean(unit))
        if after and after.isdecimal():
            found = found.filter(pk__lt=min(int(after[:19]), 2**63 - 1))
        rows = list(found.order_by("-pk")[: _PAGE + 1])
    following = str(rows[_PAGE - 1].pk) if len(rows) > _PAGE else None
    return {"items": [_change(row) for row in rows[:_PAGE]], "next": following}


def _change(row: OrganChange) -> dict[str, Any]:
    return {
        "id": row.pk,
        "at": row.at.isoformat(),
        "day": row.day.isoformat(),
        "actor": row.actor,
        "organ_name": row.organ_name,
        "act": row.act,
        "act_title": title_of(row.act),
        "unit": row.unit,
        "text": row.text,
        "reason": row.reason,
    }


def organisation_csv(by: Actor, *, day: date | None = None, place: str = "") -> bytes:
    """The organisation of a region as of a day, one line a post or person without one (UTF-8 with BOM)."""
    on = day or today()
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    with acting(by):
        where = place or by.region
        require(by, "organ.read", where)
        nodes = _nodes(where, on)
        names = {n["code"]: n["name"] for n in nodes}
        posts, members = _held(list(names), on), _members(list(names), on)
        for node in nodes:
            lead = (node["region_name"], names.get(node["parent"] or "", ""), node["code"], node["name"], node["kind_title"])
            for cells in [*posts.get(node["code"], []), *members.get(node["code"], [])] or [("",) * 8]:
                writer.writerow(safe_row((*lead, *cells)))
        record(by, "organ.exported", on=("organ", where), county=where, day=on)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _held(codes: list[str], on: date) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for p in Post.objects.filter(in_force(on), unit__in=codes).select_related("person").order_by("-head", "person__user", "role"):
        cells = (p.person.name, p.person.user, role_title(p.role), p.title, "是" if p.head else "", p.rank)
        found.setdefault(p.unit_id, []).append((*cells, p.since.isoformat(), p.until.isoformat() if p.until else ""))
    return found


def _members(codes: list[str], on: date) -> dict[str, list[tuple[str, ...]]]:
    """Who serves in a unit and holds no post in it."""
    held = set(Post.objects.filter(in_force(on), unit__in=codes).values_list("unit_id", "person_id"))
    found: dict[str, list[tuple[str, ...]]] = {}
    for m in Membership.objects.filter(in_force(on), unit__in=codes).select_related("person").order_by("person__user"):
        if (m.unit_id, m.person_id) not in held:
            cells = (m.person.name, m.person.user, "", "", "", "", m.since.isoformat(), m.until.isoformat() if m.until else "")
            found.setdefault(m.unit_id, []).append(cells)
    return found
