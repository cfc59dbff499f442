"""An applicant's draft: open it, fill the form, give the site and confirm what was read, hand in papers."""

from typing import Any

from ziyuan.base import canonical
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.applications.view import pending_shown, shown
from ziyuan.workflow.cases.lock import command_key
from ziyuan.workflow.cases.models import Application, Command, Paper
from ziyuan.workflow.cases.runtime import runtime
from ziyuan.workflow.errors import FormIncomplete, SiteNotConfirmed, SiteUnreadable, WrongState
from ziyuan.workflow.forms.files import media_of
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.forms.validate import faults, typed

EDITABLE = frozenset({"draft", "correcting"})


def open_application(by: kernel.Actor, matter: str, command: str = "") -> dict[str, Any]:
    """A new draft of a matter. A repeated command gives the same draft."""
    with kernel.acting(by):
        kernel.require(by, "application.make")
        rt = runtime(matter)
        if "subject" in rt.matter.told:
            raise kernel.UnknownMatter(matter)
        moment = kernel.now()
        key = command_key("begin", by.person, command)
        known = Command.objects.filter(command=key).first() if command else None
        if known is not None:
            return shown(own(by, known.object_id))
        made = Application.objects.create(
            applicant=by.person or 0, matter=rt.matter.key, state="draft", opened=moment, changed=moment
        )
        if command:
            Command.objects.create(command=key, object_kind="application", object_id=made.pk, at=moment)
        return shown(made)


def own(by: kernel.Actor, number: int, *, editable: bool = False) -> Application:
    """The applicant's own application, locked. Raises NotFound for anybody else's."""
    found = Application.objects.select_for_update().filter(pk=number, applicant=by.person or 0).first()
    if found is None:
        raise errors.NotFound("申报", number)
    if editable and found.state not in EDITABLE:
        raise WrongState("修改申报内容", found.state)
    return found


def save_form(by: kernel.Actor, number: int, values: dict[str, Any]) -> dict[str, Any]:
    """Keep what is filled in so far; mistakes come back by field, the draft is kept all the same."""
    with kernel.acting(by):
        kernel.require(by, "application.make")
        draft = own(by, number, editable=True)
        rt = runtime(draft.matter)
        draft.form = {**draft.form, **typed(rt.form, values)}
        _touch(draft, "form")
        return {**shown(draft), "faults": faults(rt.form, draft.form)}


def read_site(by: kernel.Actor, number: int, data: bytes, name: str) -> dict[str, Any]:
    """Read a boundary-point file and show what was understood; nothing is taken before `confirm_site`."""
    with kernel.acting(by):
        kernel.require(by, "application.make")
        draft = own(by, number, editable=True)
        read = onemap.read_boundary(data)
        problems = [
            {"line": p.line, "code": p.code, "message": p.message, "remedy": p.remedy}
            for p in read.problems
            if p.severity == "error"
        ]
        if problems or read.shape is None:
            raise SiteUnreadable(
                problems or [{"line": None, "message": "没有读到地块。", "remedy": "请核对文件内容。"}]
            )
        touched = _counties(draft, read.shape, by)
        token = _token(read.shape)
        shown_to = {**read.shown, "file": clean(name)[-200:], "counties": [c.name for c in touched]}
        draft.pending = {"site": read.shape.to_json(), "shown": shown_to, "token": token}
        _touch(draft, "pending")
        return pending_shown(draft) or {}


def _counties(draft: Application, shape: PlaneShape, by: kernel.Actor) -> list[Any]:
    """The counties the shape touches. Raises SiteUnreadable outside the province, or when a corrected site left its county."""
    touched = onemap.counties_of(shape, on=kernel.today(), by=by)
    if not touched:
        message = "坐标不在安徽省任何县(市、区)内。"
        raise SiteUnreadable([{"line": None, "message": message, "remedy": "请核对带号和坐标轴顺序。"}])
    if draft.site is not None and draft.state == "correcting":
        before = onemap.counties_of(PlaneShape.from_json(draft.site), on=kernel.today(), by=by)
        main = max(before, key=lambda c: (c.area_m2, c.code))
        if main.code not in {c.code for c in touched}:
            message = f"补正后的用地不再涉及{main.name}。"
            raise SiteUnreadable([{"line": None, "message": message, "remedy": "改到其他县的用地请撤件后另行申报。"}])
    return touched


def _token(shape: PlaneShape) -> str:
    return canonical.digest("application-site", shape.to_json()).hex()[:24]


def confirm_site(by: kernel.Actor, number: int, token: str) -> dict[str, Any]:
    """Take the site that was shown. Raises SiteNotConfirmed when another one was read since."""
    with kernel.acting(by):
        kernel.require(by, "application.make")
        draft = own(by, number, editable=True)
        if draft.pending is None:
            if draft.site is not None and _token(PlaneShape.from_json(draft.site)) == token:
                return shown(draft)
            raise SiteNotConfirmed
        if draft.pending["token"] != token:
            raise SiteNotConfirmed
        draft.site, draft.shown, draft.pending = draft.pending["site"], draft.pending["shown"], None
        _touch(draft, "site", "shown", "pending")
        return shown(draft)


def add_paper(by: kernel.Actor, number: int, kind: str, name: str, data: bytes) -> dict[str, Any]:
    """Hand in a paper; one of the same kind is replaced, its old version stays on record."""
    with kernel.acting(by):
        kernel.require(by, "application.make")
        draft = own(by, number, editable=True)
        name = clean(name)[-200:] or "材料"
        kinds = {p["id"]: p["title"] for p in runtime(draft.matter).matter.told["papers"]}
        if kind not in kinds:
            raise FormIncomplete({"kind": f"没有这类材料:{clean(kind)[:40]}"})
        media = media_of(kinds[kind], name, data)
        stored = kernel.put_file(data, name=name, media=media)
        draft.papers.filter(kind=kind, replaced=False).update(replaced=True)
        Paper.objects.create(
            application=draft,
            kind=kind,
            name=name,
            digest=stored.digest,
            size=stored.size,
            media=media,
            added=kernel.now(),
        )
        _touch(draft)
        return shown(draft)


def _touch(draft: Application, *fields: str) -> None:
    draft.changed = kernel.now()
    draft.save(update_fields=[*fields, "changed"])
