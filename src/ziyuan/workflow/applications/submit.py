"""Submit, answer a correction, withdraw, rate. Each is one transaction; the exchange carries it in afterwards."""

import base64
from typing import Any

from django.conf import settings

from ziyuan.base import sm
from ziyuan.kernel import service as kernel
from ziyuan.workflow.applications.draft import own
from ziyuan.workflow.applications.view import shown
from ziyuan.workflow.cases.lock import first_time
from ziyuan.workflow.cases.models import Application
from ziyuan.workflow.cases.runtime import runtime
from ziyuan.workflow.errors import FormIncomplete, RatingRefused, SiteNotConfirmed, WrongState
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.forms.validate import faults

DECIDED = frozenset({"granted", "refused"})


def query_code(no: str) -> str:
    """The code that, with the number, lets anyone entitled look up progress; derived, never stored."""
    mark = sm.provider().hmac_sm3(settings.SECRET_KEY.encode(), b"query:" + no.encode())
    return base64.b32encode(mark)[:8].decode()


def submit_application(by: kernel.Actor, number: int, command: str = "") -> dict[str, Any]:
    """Submit a draft. Returns its number and query code; a repeated command returns the same."""
    with kernel.acting(by):
        kernel.require(by, "application.make")
        draft = own(by, number)
        if not first_time(command and f"submit:{command}", "application", number) or draft.state != "draft":
            if draft.no is None:
                raise WrongState("提交申报", draft.state)
            return {"no": draft.no, "query_code": query_code(draft.no), "state": draft.state}
        _require_complete(draft)
        year = kernel.today().year
        draft.no = f"AH-{year}-{kernel.next_number('application', year):06d}"
        _send(draft, "submitted", "已提交")
        kernel.record(by, "application.submitted", on=("application", draft.no), after=draft.form)
        return {"no": draft.no, "query_code": query_code(draft.no), "state": draft.state}


def answer_correction(by: kernel.Actor, number: int, command: str = "") -> dict[str, Any]:
    """Send the corrected form, site and papers back to whoever asked."""
    with kernel.acting(by):
        kernel.require(by, "application.make")
        draft = own(by, number)
        if not first_time(command and f"answer:{command}", "application", number):
            return shown(draft)
        if draft.state != "correcting":
            raise WrongState("提交补正", draft.state)
        _require_complete(draft)
        draft.round += 1
        draft.correction = None
        _send(draft, "answered", "已提交补正")
        kernel.record(
            by, "application.answered", on=("application", draft.no), after=draft.form, round=draft.round
        )
        return shown(draft)


def withdraw_application(by: kernel.Actor, number: int, command: str = "") -> dict[str, Any]:
    """撤件 of an undecided application; a draft is simply closed."""
    with kernel.acting(by):
        kernel.require(by, "application.make")
        draft = own(by, number)
        if not first_time(command and f"withdraw:{command}", "application", number) or draft.state == "withdrawn":
            return shown(draft)
        if draft.state in DECIDED:
            raise WrongState("撤件", draft.state)
        _send(draft, "withdrawn", "已申请撤件", quiet=draft.no is None)
        kernel.record(by, "application.withdrawn", on=("application", draft.no or draft.pk))
        return shown(draft)


def rate(by: kernel.Actor, number: int, level: int, text: str = "", command: str = "") -> dict[str, Any]:
    """Rate the service once, after the decision: 5 very good … 1 very bad. A repeated command answers like the first."""
    with kernel.acting(by):
        kernel.require(by, "application.make")
        draft = own(by, number)
        if not first_time(command and f"rate:{command}", "application", number):
            return shown(draft)
        if draft.state not in DECIDED:
            raise RatingRefused("办结后才能评价")
        given = {"level": level, "text": clean(text)[:500]}
        if draft.rating == given:
            return shown(draft)
        if draft.rating is not None:
            raise RatingRefused("已经评价过")
        if level not in range(1, 6):
            raise FormIncomplete({"level": "请选择 1 至 5 级评价"})
        draft.rating = given
        draft.changed = kernel.now()
        draft.save(update_fields=["rating", "changed"])
        kernel.announce("application.rated", application=draft.pk)
        kernel.record(by, "application.rated", on=("application", draft.no), level=level)
        return shown(draft)


def _require_complete(draft: Application) -> None:
    rt = runtime(draft.matter)
    wrong = faults(rt.form, draft.form)
    there = set(draft.papers.filter(replaced=False).values_list("kind", flat=True))
    for paper in rt.matter.told["papers"]:
        if paper["required"] is True and paper["id"] not in there:
            wrong[f"papers.{paper['id']}"] = f"请上传{paper['title']}"
    if wrong:
        raise FormIncomplete(wrong)
    if draft.site is None or draft.pending is not None:
        raise SiteNotConfirmed


def _send(draft: Application, state: str, told: str, *, quiet: bool = False) -> None:
    draft.state = state
    draft.changed = kernel.now()
    draft.progress = [*draft.progress, {"at": draft.changed.isoformat(), "status": told, "seq": 0}]
    draft.save()
    if not quiet:
        kernel.announce(f"application.{state}", application=draft.pk, round=draft.round)


def message_of(application: int) -> dict[str, Any]:
    """What the exchange carries of an application: its values and the digests of its papers."""
    told = Application.objects.get(pk=application)
    papers = told.papers.filter(replaced=False).order_by("pk")
    return {
        "no": told.no,
        "matter": told.matter,
        "round": told.round,
        "submitted": told.changed.isoformat(),
        "form": told.form,
        "site": told.site,
        "papers": [
            {"kind": p.kind, "name": p.name, "digest": p.digest, "size": p.size, "media": p.media}
            for p in papers
        ],
        "rating": told.rating,
    }
