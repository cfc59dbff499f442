"""Standing proxy (委托代理): give it with a letter on file, end it early, and act by it.

The proxy acts with the posts of his principal and never with more; avoidance is looked at for both. A proxy passes
nothing on: only what a person holds himself can be acted on for him.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, BinaryIO

from django.db.models import Q

from ziyuan.base.writing import clean
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.errors import FormIncomplete, ProxyRefused
from ziyuan.workflow.people.models import Proxy

LONGEST_REASON = 300
LARGEST_LETTER = 20 * 1024 * 1024


def give_proxy(
    by: kernel.Actor,
    *,
    proxy: int,
    since: date | None,
    until: date | None,
    reason: str,
    letter: BinaryIO | None,
    letter_name: str = "",
    matters: Iterable[str] = (),
) -> Proxy:
    """委托: `by` lets another person of his organ act for him, both days included; `matters` empty means all of them.

    Raises FormIncomplete for every wrong field, ProxyRefused where another proxy of his overlaps.
    """
    told, scope = clean(reason), sorted({clean(m) for m in matters} - {""})
    with kernel.acting(by):
        kernel.require(by, "proxy.give")
        other = _eligible(by, proxy)
        wrong = _wrong(other, since, until, told, scope)
        if letter is None:
            wrong["letter"] = "请上传委托书"
        if wrong or letter is None or since is None or until is None or other is None:
            raise FormIncomplete(wrong)
        kernel.lock_person(by.person or 0)
        _refuse_overlap(by, since, until, scope)
        file = kernel.put_file(letter, name=clean(letter_name) or "委托书")
        if not 0 < file.size <= LARGEST_LETTER:
            raise FormIncomplete({"letter": "委托书没有内容" if not file.size else "委托书不能超过 20 MB"})
        made = Proxy.objects.create(
            region=by.region, principal=by.person or 0, principal_name=by.name, proxy=other.pk, proxy_name=other.name,
            matters=scope, since=since, until=until, reason=told, letter=file.digest,
            letter_name=(clean(letter_name) or "委托书")[:200], letter_size=file.size, given=kernel.now(),
        )  # fmt: skip
        kernel.record(by, "proxy.given", on=("proxy", made.pk), after=_state(made), proxy=other.name, since=since, until=until)
        kernel.announce("proxy.changed", county=by.region, proxy=made.pk, principal=by.person, person=other.pk, act="given")
        return made


def eligible(by: kernel.Actor) -> list[dict[str, Any]]:
    """Whom a person may give his proxy: others of his organ who handle cases themselves."""
    with kernel.acting(by):
        kernel.require(by, "proxy.give")
        return [{"id": p.pk, "name": p.name, "organ_name": by.organ_name} for p in _colleagues(by)]


def _colleagues(by: kernel.Actor) -> list[kernel.Person]:
    roles = sorted(kernel.permissions()["case.act"])
    found = {p.pk: p for role in roles for p in kernel.people(role=role, region=by.region) if p.organ_id == by.organ}
    found.pop(by.person or 0, None)
    return sorted(found.values(), key=lambda p: p.user)


def _eligible(by: kernel.Actor, proxy: int) -> kernel.Person | None:
    return next((p for p in _colleagues(by) if p.pk == proxy), None)


def _wrong(
    other: kernel.Person | None, since: date | None, until: date | None, reason: str, scope: list[str]
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if other is None:
        wrong["proxy"] = "请选择本机关办理案件的其他人员"
    if since is None:
        wrong["since"] = "请填写开始日期"
    elif since < kernel.today():
        wrong["since"] = "开始日期不能早于今天"
    if until is None:
        wrong["until"] = "请填写结束日期"
    elif since is not None and until < since:
        wrong["until"] = "结束日期早于开始日期"
    if not reason or len(reason) > LONGEST_REASON:
        wrong["reason"] = "请填写委托事由" if not reason else f"委托事由不能超过 {LONGEST_REASON} 个字"
    strange = sorted(set(scope) - {m.key for m in kernel.matters()})
    if strange:
        wrong["matters"] = f"没有事项“{strange[0][:40]}”"
    return wrong


def _refuse_overlap(by: kernel.Actor, since: date, until: date, scope: list[str]) -> None:
    """One principal has one proxy at a time in a matter."""
    for row in Proxy.objects.filter(_standing(since), principal=by.person or 0, since__lte=until):
        if not row.matters or not scope or set(row.matters) & set(scope):
            raise ProxyRefused(f"{row.since} 至 {row.until} 已委托 {row.proxy_name}")


def end_proxy(by: kernel.Actor, key: int, *, reason: str) -> Proxy:
    """终止委托 at once, by the principal or by the proxy himself. What was done by it stays as it is. Raises ProxyRefused."""
    told = clean(reason)
    with kernel.acting(by):
        kernel.require(by, "proxy.give")
        row = _mine(by).select_for_update().filter(pk=min(key, 2**63 - 1)).first()
        if row is None:
            raise errors.NotFound("委托", key)
        if not told or len(told) > LONGEST_REASON:
            raise FormIncomplete({"reason": "请填写终止理由" if not told else f"不能超过 {LONGEST_REASON} 个字"})
        if row.ended is not None or row.until < kernel.today():
            raise ProxyRefused("委托已经终止或到期")
        before = _state(row)
        row.ended, row.ended_by, row.ended_reason = kernel.now(), by.name, told
        row.save(update_fields=["ended", "ended_by", "ended_reason"])
        kernel.record(by, "proxy.ended", on=("proxy", row.pk), before=before, after=_state(row), reason=told)
        kernel.announce("proxy.changed", county=row.region, proxy=row.pk, principal=row.principal, person=row.proxy, act="ended")
        return row


def _mine(by: kernel.Actor) -> Any:
    return Proxy.objects.filter(Q(principal=by.person) | Q(proxy=by.person))


def _standing(day: date) -> Q:
    """Not ended, and not over on that day."""
    return Q(ended=None, until__gte=day)


def _state(row: Proxy) -> dict[str, Any]:
    return {
        "principal": row.principal, "proxy": row.proxy, "matters": row.matters, "since": row.since, "until": row.until,
        "letter": row.letter, "ended": row.ended.isoformat() if row.ended else None,
    }  # fmt: skip


# -- acting by it ------------------------------------------------------------------------------------------


def standing(by: kernel.Actor, matter: str = "") -> list[Proxy]:
    """Proxies that a person holds today, in a matter or in any."""
    if by.person is None or by.principal is not None:
        return []
    seer = kernel.present() or by
    held = _held(by.person, seer.region, kernel.today())
    return [row for row in held if not matter or not row.matters or matter in row.matters]


@kernel.kept
def _held(person: int, seen_from: str, day: date) -> list[Proxy]:
    """The proxies of a person on a day, as a session of that region sees them; every act asks."""
    return list(Proxy.objects.filter(_standing(day), proxy=person, since__lte=day).order_by("pk"))


def principals(by: kernel.Actor, matter: str = "") -> list[tuple[kernel.Actor, list[str]]]:
    """(the person acting for a principal, the matters of the proxy) for each principal whose proxy he is today.

    The principal's own posts of today are all that the proxy has; a principal without an account or post gives nothing.
    """
    rows = standing(by, matter)
    people = kernel.active_people([row.principal for row in rows]) if rows else {}
    return [(_acting_for(by, people[row.principal]), row.matters) for row in rows if row.principal in people]


def signers(by: kernel.Actor, matter: str) -> list[kernel.Actor]:
    """Those as whom a person may act in a matter: himself, then for each of his principals."""
    return [by, *(signer for signer, _ in principals(by, matter))]


def _acting_for(by: kernel.Actor, principal: kernel.Person) -> kernel.Actor:
    own = kernel.actor_of(principal, kernel.now())
    name = f"{by.name} 代 {principal.name}"[:60]
    return replace(own, person=by.person, name=name, principal=principal.pk, principal_name=principal.name)


# -- reading -----------------------------------------------------------------------------------------------


def proxies_of(by: kernel.Actor) -> list[dict[str, Any]]:
    """Every proxy a person ever gave or received, the standing ones first."""
    with kernel.acting(by):
        kernel.require(by, "proxy.give")
        rows = list(_mine(by).order_by("-pk")[:200])
    shown = [_shown(row, by) for row in rows]
    return sorted(shown, key=lambda told: told["state"] not in ("standing", "coming"))


def _shown(row: Proxy, by: kernel.Actor) -> dict[str, Any]:
    titles = {m.key: m.title for m in kernel.matters()}
    return {
        "id": row.pk,
        "given": row.principal == by.person,
        "principal": row.principal,
        "principal_name": row.principal_name,
        "proxy": row.proxy,
        "proxy_name": row.proxy_name,
        "matters": [{"id": m, "title": titles.get(m, m)} for m in row.matters],
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
        "reason": row.reason,
        "letter": {"name": row.letter_name, "size": row.letter_size, "digest": row.letter},
        "letter_url": f"/api/proxies/{row.pk}/letter",
        "given_at": row.given.isoformat(),
        "state": _word(row),
        "ended": row.ended.isoformat() if row.ended else None,
        "ended_by": row.ended_by,
        "ended_reason": row.ended_reason,
    }


def _word(row: Proxy) -> str:
    day = kernel.today()
    if row.ended is not None:
        return "ended"
    if row.until < day:
        return "over"
    return "standing" if row.since <= day else "coming"


def proxy_letter(by: kernel.Actor, key: int) -> tuple[kernel.StoredFile, str]:
    """The letter on file, to principal and proxy. Raises NotFound."""
    with kernel.acting(by):
        kernel.require(by, "proxy.give")
        row = _mine(by).filter(pk=min(key, 2**63 - 1)).first()
        if row is None:
            raise errors.NotFound("委托", key)
        return kernel.StoredFile.objects.get(pk=row.letter), row.letter_name
