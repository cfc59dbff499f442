"""Change who serves where (人员): enter, move within the organ, deactivate, reactivate, give a new password.

Deactivating holds from this moment: the person is signed out, and his posts end with the day before.
"""

import secrets
from datetime import date

from ziyuan.kernel.errors import ChangeRefused, LastHolder
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.changing import Entry, changing, living, person_of, reasoned, tell
from ziyuan.kernel.identity.guard import require
from ziyuan.kernel.identity.leaving import open_work
from ziyuan.kernel.identity.models import Membership, Organ, Person, Post, Session
from ziyuan.kernel.identity.organs import EXTERNAL, root_of
from ziyuan.kernel.identity.people import people
from ziyuan.kernel.identity.periods import ONE_DAY, in_force, later
from ziyuan.kernel.identity.signin import hash_password
from ziyuan.kernel.identity.titles import role_title
from ziyuan.kernel.nodes.node import today

_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_password() -> str:
    """Twelve characters that nobody confuses when he reads them out."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def enter_person(
    by: Actor, *, user: str, name: str, unit: str, since: date | None, reason: str
) -> tuple[Person, str]:
    """登记人员 in a unit; returns the person and his first password, which is shown once. He has no post yet.

    Raises BadEntry, NotAllowed.
    """
    entry = reasoned(user=user, name=name, unit=unit, reason=reason)
    with changing(by, "person.change"):
        entry.is_code("user", "用户名", 40)
        entry.needs("name", "姓名", 60)
        entry.needs("unit", "单位", 20)
        entry.check("user", not Person.objects.filter(user=entry["user"]).exists(), f"用户名“{entry['user']}”已被使用")
        first = entry.day("since", since, "到岗日期")
        entry.done()
        where = living(entry["unit"], by)
        require(by, "person.change", where.region_id)
        _receives(entry, where, first)
        password = new_password()
        organ = Organ.objects.get(pk=root_of(where, first))
        made = Person.objects.create(user=entry["user"], name=entry["name"], organ=organ, password=hash_password(password))
        Membership.objects.create(person=made, unit=where, since=first)
        text = f"登记人员 {made.name}({made.user})"
        tell(by, "person.added", where, text, day=first, reason=entry["reason"], person=made, after=entry.told)
        return made, password


def _receives(entry: Entry, unit: Organ, first: date) -> None:
    entry.check("since", unit.since <= first, f"单位 {unit.since} 才设立")
    entry.check("unit", unit.until is None, f"单位已于 {unit.until} 撤销")
    entry.check("unit", unit.kind != "outside", "申请人单位不登记工作人员")
    entry.done()


def move_person(by: Actor, person: int, *, unit: str, since: date | None, reason: str) -> None:
    """调整处室: from `since` on the person serves in another unit of his organ. Posts are appointed apart."""
    entry = reasoned(unit=unit, reason=reason)
    with changing(by, "person.change"):
        who = person_of(person, by)
        require(by, "person.change", who.organ.region_id)
        first = entry.day("since", since, "到岗日期")
        entry.needs("unit", "单位", 20)
        entry.done()
        where = living(entry["unit"], by)
        _receives(entry, where, first)
        at = who.memberships.filter(until=None).select_related("unit").first()
        why = _no_move(who, at, where, first)
        if at is None or why:
            raise ChangeRefused("person.moved", why)
        Membership.objects.filter(pk=at.pk).update(until=first - ONE_DAY)
        Membership.objects.create(person=who, unit=where, since=first)
        text = f"{who.name} 由“{at.unit.name}”调到“{where.name}”"
        before, after = {"unit": at.unit_id}, {"unit": where.code}
        tell(by, "person.moved", where, text, day=first, reason=entry["reason"], person=who, before=before, after=after)


def _no_move(who: Person, at: Membership | None, where: Organ, first: date) -> str:
    if at is None:
        return "账号已停用"
    if at.unit_id == where.code:
        return "已在这个单位"
    if first < at.since:
        return f"到岗日期早于现单位的到岗日期 {at.since}"
    other = root_of(where, first) != who.organ_id
    return "调往其他机关的,请停用本账号,在新机关另行登记" if other else ""


def deactivate_person(by: Actor, person: int, *, reason: str, hand_on: bool = False) -> None:
    """停用账号: at once. His posts end yesterday; open tasks go to his successors in post.

    `hand_on` confirms that tasks wait for a successor where nobody else holds the role now. Raises LastHolder without it.
    """
    entry = reasoned(reason=reason)
    with changing(by, "person.change"):
        who, day = person_of(person, by), today()
        require(by, "person.change", who.organ.region_id)
        entry.done()
        if not who.active:
            raise ChangeRefused("person.deactivated", "账号已经停用")
        if who.pk == by.person:
            raise ChangeRefused("person.deactivated", "不能停用自己的账号")
        posts = list(Post.objects.filter(later(day), person=who).select_related("unit"))
        for post in posts:
            last_holder(post, day, hand_on)
        rows: list[Post | Membership] = [*posts, *Membership.objects.filter(later(day), person=who)]
        for row in rows:
            row.until = max(row.since, day) - ONE_DAY
            row.save(update_fields=["until"])
        who.active = False
        who.save(update_fields=["active"])
        Session.objects.filter(person=who).delete()
        unit = who.memberships.order_by("-pk").first()
        ended = [role_title(p.role) for p in posts]
        text = f"停用 {who.name}({who.user})" + (f",岗位终止:{'、'.join(ended)}" if ended else "")
        tell(by, "person.deactivated", unit.unit if unit else who.organ, text, day=day, reason=entry["reason"],
             person=who, before={"active": True}, after={"active": False})  # fmt: skip


def last_holder(post: Post, gone: date, hand_on: bool) -> None:
    """Raise LastHolder when nobody else holds the role from `gone` on and work would be left; not where `hand_on` says so."""
    region = post.unit.region_id
    left = 0 if _others(post, max(gone, today())) or hand_on else open_work(post.person_id, post.role, region)
    if left:
        raise LastHolder(role_title(post.role), left)


def _others(post: Post, day: date) -> bool:
    """Whether somebody else may do the work of a post on a day: in its region, of an external unit in that unit."""
    if post.unit.kind == EXTERNAL:
        held = Post.objects.filter(in_force(day), unit=post.unit, role=post.role, person__active=True)
        return held.exclude(person=post.person_id).exists()
    return any(p.pk != post.person_id for p in people(post.role, post.unit.region_id, day))


def reactivate_person(by: Actor, person: int, *, unit: str, reason: str) -> None:
    """启用账号: from today on, in a unit of the same organ, without any post. Old posts do not come back."""
    entry = reasoned(unit=unit, reason=reason)
    with changing(by, "person.change"):
        who, day = person_of(person, by), today()
        require(by, "person.change", who.organ.region_id)
        entry.needs("unit", "单位", 20)
        entry.done()
        where = living(entry["unit"], by)
        _receives(entry, where, day)
        if who.active:
            raise ChangeRefused("person.reactivated", "账号没有停用")
        if root_of(where, day) != who.organ_id:
            raise ChangeRefused("person.reactivated", "只能回到原机关;到其他机关的请另行登记")
        Membership.objects.create(person=who, unit=where, since=day)
        who.active, who.failures, who.not_before = True, 0, None
        who.save(update_fields=["active", "failures", "not_before"])
        text = f"启用 {who.name}({who.user})"
        tell(by, "person.reactivated", where, text, day=day, reason=entry["reason"], person=who,
             before={"active": False}, after={"active": True, "unit": where.code})  # fmt: skip


def reset_password(by: Actor, person: int, *, reason: str) -> str:
    """重置口令: a new one, shown once; the old one and all open sessions end. Raises ChangeRefused."""
    entry = reasoned(reason=reason)
    with changing(by, "person.change"):
        who = person_of(person, by)
        require(by, "person.change", who.organ.region_id)
        entry.done()
        if not who.active:
            raise ChangeRefused("person.password_reset", "账号已停用")
        password = new_password()
        who.password, who.failures, who.not_before = hash_password(password), 0, None
        who.save(update_fields=["password", "failures", "not_before"])
        Session.objects.filter(person=who).delete()
        text = f"重置 {who.name}({who.user})的口令"
        tell(by, "person.password_reset", who.organ, text, day=today(), reason=entry["reason"], person=who)
        return password
