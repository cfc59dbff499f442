"""Appoint to a post and end it (任免): the rights of people come from here and nowhere else.

Belongs to the security officer (安全管理员); organs and people to the system officer. Nobody appoints himself, and the
three officers (三员) are three persons.
"""

from datetime import date

from ziyuan.kernel.errors import ChangeRefused, NotFound, SelfAppointment
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.changing import Entry, changing, living, person_of, reasoned, tell
from ziyuan.kernel.identity.guard import require
from ziyuan.kernel.identity.models import Organ, Person, Post
from ziyuan.kernel.identity.organs import EXTERNAL, root_of
from ziyuan.kernel.identity.periods import ONE_DAY, overlap
from ziyuan.kernel.identity.regions import region, region_range
from ziyuan.kernel.identity.staff import last_holder
from ziyuan.kernel.identity.titles import EXTERNAL_HANDLER, ROLES, role_title
from ziyuan.kernel.packs.registry import packs

OFFICERS = frozenset({"system_admin", "security_admin", "auditor"})
RANKS = ("科员", "副科", "正科", "副处", "正处", "副厅", "正厅")  # from below
_LEVELS = {"county": "县级", "city": "市级", "province": "省级"}


def appoint(
    by: Actor,
    *,
    person: int,
    unit: str,
    role: str,
    since: date | None,
    reason: str,
    title: str = "",
    head: bool = False,
    rank: str = "",
    until: date | None = None,
) -> Post:
    """任命 a person to a role in a unit of his organ, between two days. Raises BadEntry, ChangeRefused, SelfAppointment."""
    entry = reasoned(unit=unit, role=role, title=title, rank=rank, reason=reason)
    with changing(by, "post.appoint"):
        who = person_of(person, by)
        if who.pk == by.person:
            raise SelfAppointment("任命岗位")
        first = entry.day("since", since, "任职日期")
        where = _checked(entry, by, who, first, until)
        require(by, "post.appoint", where.region_id)
        why = _conflict(who, where, entry["role"], head, first, until)
        if why:
            raise ChangeRefused("post.appointed", why)
        held = {"role": entry["role"], "title": entry["title"], "head": head, "rank": entry["rank"]}
        made = Post.objects.create(person=who, unit=where, **held, since=first, until=until)
        text = f"任命 {who.name} 为“{where.name}”{entry['title'] or role_title(made.role)}"
        after = {**entry.told, "head": head, "since": first, "until": until}
        tell(by, "post.appointed", where, text, day=first, reason=entry["reason"], person=who, after=after)
        return made


def _checked(entry: Entry, by: Actor, who: Person, first: date, until: date | None) -> Organ:
    entry.needs("unit", "单位", 20)
    entry.check("role", entry["role"] in ROLES and entry["role"] != "applicant", "请选择岗位")
    entry.check("rank", entry["rank"] in ("", *RANKS), f"职级应为 {'、'.join(RANKS)} 之一")
    entry.check("title", len(entry["title"]) <= 60, "职务不能超过 60 个字")
    entry.check("until", until is None or until >= first, "离任日期早于任职日期")
    entry.check("person", who.active, "账号已停用")
    entry.done()
    where = living(entry["unit"], by)
    entry.check("since", where.since <= first, f"单位 {where.since} 才设立")
    fits = where.until is None or (until is not None and until <= where.until)
    entry.check("unit", fits, f"单位于 {where.until} 撤销")
    entry.check("unit", root_of(where, first) == who.organ_id, "只能任命到本人所在机关的单位")
    entry.check("role", (where.kind == EXTERNAL) == (entry["role"] == EXTERNAL_HANDLER), _misplaced(where))
    entry.done()
    levels = levels_of_role(entry["role"])
    named = "、".join(title for level, title in _LEVELS.items() if level in levels)
    fits = not levels or region(where.region_id).level in levels
    entry.check("role", fits, f"“{role_title(entry['role'])}”是{named}岗位")
    entry.done()
    return where


def _misplaced(where: Organ) -> str:
    """Why a role and an external unit do not go together."""
    title = role_title(EXTERNAL_HANDLER)
    return f"外部单位的人员只能任命为“{title}”" if where.kind == EXTERNAL else f"“{title}”只能任命在外部单位"


def levels_of_role(role: str) -> frozenset[str]:
    """The levels at which any pack uses a role; empty for one that no pack uses, which stands at every level."""
    return frozenset(level for pack in packs().values() for level in pack.levels_of(role))


def _conflict(who: Person, unit: Organ, role: str, head: bool, first: date, until: date | None) -> str:
    held = [p for p in who.posts.select_related("unit") if overlap(p.since, p.until, first, until)]
    if any(p.role == role and p.unit_id == unit.code for p in held):
        return "这段时间内已担任同一岗位"
    if role in OFFICERS and any(p.role in OFFICERS - {role} for p in held):
        return "系统管理员、安全管理员、审计员不得由一人兼任"
    heads = unit.posts.filter(head=True).select_related("person") if head else ()
    other = next((p for p in heads if overlap(p.since, p.until, first, until)), None)
    return f"这段时间内已有负责人 {other.person.name}" if other else ""


def end_post(by: Actor, post: int, *, until: date | None, reason: str, hand_on: bool = False) -> None:
    """免职: `until` is the last day; the day before the first takes the appointment back.

    Open tasks go to the successor in post on the day after. Raises BadEntry, ChangeRefused, LastHolder.
    """
    entry = reasoned(reason=reason)
    with changing(by, "post.appoint"):
        row = _post(post, by)
        require(by, "post.appoint", row.unit.region_id)
        last = entry.day("until", until, "离任日期")
        entry.check("until", last >= row.since - ONE_DAY, f"离任日期早于任职日期 {row.since}")
        entry.done()
        if row.until is not None and row.until <= last:
            raise ChangeRefused("post.ended", f"该岗位已于 {row.until} 到期")
        if row.person_id == by.person and row.role == "security_admin":
            raise ChangeRefused("post.ended", "不能免去自己的安全管理员岗位")
        last_holder(row, last + ONE_DAY, hand_on)
        before = {"until": row.until}
        row.until = last
        row.save(update_fields=["until"])
        text = f"免去 {row.person.name} 的“{row.unit.name}”{row.title or role_title(row.role)}"
        tell(by, "post.ended", row.unit, text, day=last, reason=entry["reason"], person=row.person, before=before,
             after={"until": last, "role": row.role})  # fmt: skip


def _post(key: int, by: Actor) -> Post:
    lo, hi = region_range(by.region)
    within = Post.objects.select_related("unit", "person").filter(unit__region_id__gte=lo, unit__region_id__lt=hi)
    found = within.filter(pk=min(key, 2**63 - 1)).first()
    if found is None:
        raise NotFound("岗位", key)
    return found
