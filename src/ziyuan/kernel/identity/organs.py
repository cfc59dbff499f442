"""Change the tree of organs and units (机构): add, rename, move, close. Nothing is deleted; each change has its first day."""

from datetime import date

from django.db.models import QuerySet

from ziyuan.kernel.errors import ChangeRefused, UnknownRegion
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.changing import Entry, changing, living, reasoned, tell
from ziyuan.kernel.identity.guard import require
from ziyuan.kernel.identity.models import Membership, Organ, OrganTerm, Post
from ziyuan.kernel.identity.periods import ONE_DAY, later
from ziyuan.kernel.identity.regions import contains, region

EXTERNAL = "external"  # another department, institute or review body that gets single tasks of cases, and sees no more
KINDS = {"organ": "机关", "division": "处室", "station": "所", EXTERNAL: "外部单位", "outside": "申请人"}
UNITS = ("division", "station")


def add_organ(
    by: Actor, *, code: str, name: str, kind: str, since: date | None, reason: str, parent: str = "", place: str = ""
) -> Organ:
    """Add an organ or an external unit of a region, or a unit of an organ (its region is the organ's).

    Raises BadEntry with every wrong field, ChangeRefused, NotAllowed.
    """
    entry = reasoned(code=code, name=name, kind=kind, parent=parent, place=place, reason=reason)
    with changing(by, "organ.change"):
        above = living(entry["parent"], by) if entry["parent"] else None
        first = entry.day("since", since, "设立日期")
        _new(entry, above, first)
        entry.done()
        where = above.region_id if above and entry["kind"] in UNITS else entry["place"]
        require(by, "organ.change", where)
        made = Organ.objects.create(code=entry["code"], kind=entry["kind"], region_id=where, since=first)
        OrganTerm.objects.create(organ=made, name=entry["name"], parent=above, since=first)
        text = f"设立{KINDS[made.kind]}“{entry['name']}”"
        tell(by, "organ.added", made, text, day=first, reason=entry["reason"], after=entry.told)
        return made


def _new(entry: Entry, above: Organ | None, first: date) -> None:
    entry.is_code("code", "单位编号", 20)
    entry.needs("name", "名称", 100)
    entry.check("kind", entry["kind"] in ("organ", EXTERNAL, *UNITS), "请选择机关、处室、所或外部单位")
    entry.check("code", not Organ.objects.filter(code=entry["code"]).exists(), f"编号“{entry['code']}”已被使用")
    if entry["kind"] in UNITS:
        entry.check("parent", above is not None, "请选择上级单位")
    else:
        entry.check("place", _known(entry["place"]), "请选择行政区")
    if entry["kind"] == EXTERNAL:
        entry.check("parent", not entry["parent"], "外部单位不在本系统的机关之下,不填上级单位")
        twin = _external_twins(entry["place"], entry["name"], first).exists()
        entry.check("name", not twin, f"本行政区已有外部单位“{entry['name']}”")
    elif above is not None:
        entry.check("parent", above.kind != EXTERNAL, "外部单位之下不设处室,人员直接登记在外部单位")
        entry.check("parent", _open_from(above, first), "上级单位在设立日期不存续")
        twin = _siblings(above, first).filter(name=entry["name"]).exists()
        entry.check("name", not twin, f"上级单位下已有“{entry['name']}”")
        if entry["kind"] == "organ":
            fits = above.kind == "organ" and _known(entry["place"]) and contains(above.region_id, entry["place"])
            entry.check("parent", fits, "上级机关应是同一或上一级行政区的机关")


def _known(place: str) -> bool:
    try:
        region(place)
    except UnknownRegion:
        return False
    return True


def _open_from(organ: Organ, day: date) -> bool:
    return organ.since <= day and organ.until is None


def _siblings(above: Organ | None, day: date) -> QuerySet[OrganTerm]:
    return OrganTerm.objects.filter(later(day), parent=above)


def _external_twins(place: str, name: str, day: date) -> QuerySet[OrganTerm]:
    """External units of exactly that region called so: a task is given by the name, so there is one of each."""
    return OrganTerm.objects.filter(later(day), organ__kind=EXTERNAL, organ__region_id=place, name=name)


def rename_organ(by: Actor, code: str, *, name: str, since: date | None, reason: str) -> None:
    """更名: from `since` on the organ is called so; before it the old name stands. Raises BadEntry, ChangeRefused."""
    entry = reasoned(name=name, reason=reason)
    entry.needs("name", "名称", 100)
    with changing(by, "organ.change"):
        organ = living(code, by)
        require(by, "organ.change", organ.region_id)
        first = entry.day("since", since, "启用日期")
        entry.done()
        term = _last_term(organ, first, "organ.renamed")
        if term.parent_id and _siblings(term.parent, first).filter(name=entry["name"]).exclude(organ=organ).exists():
            raise ChangeRefused("organ.renamed", f"上级单位下已有“{entry['name']}”")
        others = _external_twins(organ.region_id, entry["name"], first).exclude(organ=organ)
        if organ.kind == EXTERNAL and others.exists():
            raise ChangeRefused("organ.renamed", f"本行政区已有外部单位“{entry['name']}”")
        if term.name == entry["name"]:
            raise ChangeRefused("organ.renamed", "新名称与现名相同")
        _next_term(term, first, name=entry["name"], parent=term.parent)
        text = f"“{term.name}”更名为“{entry['name']}”"
        before, after = {"name": term.name}, {"name": entry["name"]}
        tell(by, "organ.renamed", organ, text, day=first, reason=entry["reason"], before=before, after=after)


def move_organ(by: Actor, code: str, *, parent: str, since: date | None, reason: str) -> None:
    """划转: from `since` on the unit belongs to another unit of its organ, the organ to another organ above it.

    Raises BadEntry, ChangeRefused (a circle on any later day, a closed parent, another organ).
    """
    entry = reasoned(parent=parent, reason=reason)
    with changing(by, "organ.change"):
        organ = living(code, by)
        require(by, "organ.change", organ.region_id)
        first = entry.day("since", since, "启用日期")
        entry.needs("parent", "上级单位", 20)
        entry.done()
        above, term = living(entry["parent"], by), _last_term(organ, first, "organ.moved")
        why = _no_move(organ, above, term, first)
        if why:
            raise ChangeRefused("organ.moved", why)
        _next_term(term, first, name=term.name, parent=above)
        text = f"“{term.name}”划归“{above.name}”"
        before, after = {"parent": term.parent_id}, {"parent": above.code}
        tell(by, "organ.moved", organ, text, day=first, reason=entry["reason"], before=before, after=after)


def _no_move(organ: Organ, above: Organ, term: OrganTerm, first: date) -> str:
    if organ.kind == EXTERNAL:
        return "外部单位不在本系统的机关之下,不能划转"
    if term.parent_id == above.code:
        return "已在这个单位之下"
    if not _open_from(above, first):
        return "新的上级单位在启用日期不存续"
    if _circular(organ, above, first):
        return "新的上级单位在本单位之下,会成为循环"
    if organ.kind in UNITS:
        return "" if root_of(above, first) == root_of(organ, first) else "处室和所只能在本机关内划转"
    fits = above.kind == "organ" and contains(above.region_id, organ.region_id)
    return "" if fits else "上级机关应是同一或上一级行政区的机关"


def _circular(organ: Organ, above: Organ, first: date) -> bool:
    """Whether the new parent lies below the organ on `first` or on any later day at which the tree changes."""
    later_days = OrganTerm.objects.filter(since__gt=first).values_list("since", flat=True).distinct()
    return any(organ.code in path_of(above, day) for day in (first, *later_days))


def path_of(organ: Organ, day: date) -> list[str]:
    """The organ's code and those above it on a day, from below."""
    path, at = [], organ.code
    while at and at not in path:
        path.append(at)
        term = _term_on(at, day)
        at = (term.parent_id or "") if term else ""
    return path


def _term_on(code: str, day: date) -> OrganTerm | None:
    return OrganTerm.objects.filter(later(day), organ_id=code, since__lte=day).first()


def root_of(organ: Organ, day: date) -> str:
    """The organ (机关) to which a unit belongs on a day."""
    found = Organ.objects.in_bulk(path_of(organ, day))
    return next((code for code in path_of(organ, day) if found[code].kind not in UNITS), organ.code)


def close_organ(by: Actor, code: str, *, until: date | None, reason: str) -> None:
    """撤销: `until` is the last day. Refused while units, posts or people would be left in it. Raises ChangeRefused."""
    entry = reasoned(reason=reason)
    with changing(by, "organ.change"):
        organ = living(code, by)
        require(by, "organ.change", organ.region_id)
        last = entry.day("until", until, "最后存续日期")
        entry.check("until", last >= organ.since - ONE_DAY, f"早于设立日期 {organ.since}")
        entry.done()
        why = _not_closable(organ, last)
        if why:
            raise ChangeRefused("organ.closed", why)
        name = organ.name
        organ.until = last
        organ.save(update_fields=["until"])
        OrganTerm.objects.filter(later(last), organ=organ).update(until=last)
        tell(by, "organ.closed", organ, f"撤销“{name}”", day=last, reason=entry["reason"], after={"until": last})


def _not_closable(organ: Organ, last: date) -> str:
    if organ.until is not None:
        return f"已于 {organ.until} 撤销"
    if OrganTerm.objects.filter(organ=organ, since__gt=last).exists():
        return "该日之后已有更名或划转"
    after = last + ONE_DAY
    units = OrganTerm.objects.filter(later(after), parent=organ).values_list("name", flat=True).distinct()
    if units:
        return f"还有下级单位:{'、'.join(units[:5])}"
    posts = Post.objects.filter(later(after), unit=organ).select_related("person")
    if posts:
        return f"还有任职人员:{'、'.join(p.person.name for p in posts[:5])}"
    people = Membership.objects.filter(later(after), unit=organ).select_related("person")
    return f"还有在册人员:{'、'.join(m.person.name for m in people[:5])}" if people else ""


def _last_term(organ: Organ, first: date, act: str) -> OrganTerm:
    """The term that a change from `first` on would follow. Raises ChangeRefused."""
    if organ.until is not None:
        raise ChangeRefused(act, f"该单位已于 {organ.until} 撤销")
    term = organ.terms.filter(until=None).select_related("parent").get()
    if first < term.since:
        before = "设立日期" if not organ.terms.filter(since__lt=term.since).exists() else "上一次变更"
        raise ChangeRefused(act, f"启用日期早于{before} {term.since}")
    return term


def _next_term(term: OrganTerm, first: date, *, name: str, parent: Organ | None) -> None:
    """Close the term on the day before and open the next one. Two changes of one day: the later one counts."""
    OrganTerm.objects.filter(pk=term.pk).update(until=first - ONE_DAY)
    OrganTerm.objects.create(organ=term.organ, name=name, parent=parent, since=first)
