"""征求意见 asked of us and asked by us: filter, page by key, count, export, one request with what was enclosed."""

import csv
import io
from typing import Any

from django.db.models import Q, QuerySet

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.consulting.models import Consultation
from ziyuan.workflow.consulting.offers import ANSWER, STATES, VERDICTS, answer_refused, askable, offer
from ziyuan.workflow.forms.text import clean

READ = "consultation.read"
EXPORT_LIMIT = 10_000
_LARGEST_KEY = 2**63 - 1


def _found(by: kernel.Actor, box: str, state: str, q: str) -> QuerySet[Consultation]:
    """Of the reader's own organ only: `out` what it asked, else what it was asked."""
    if not by.organ:
        return Consultation.objects.none()
    found, q = Consultation.objects.filter(**{"from_organ" if box == "out" else "to_organ": by.organ}), clean(q)
    if state == "overdue":
        found = found.filter(state="asked", due__lt=kernel.today())
    elif state:
        found = found.filter(state=clean(state))
    if q:
        words = Q(case_no__contains=q) | Q(title__contains=q) | Q(to_name__contains=q) | Q(from_name__contains=q)
        found = found.filter(words | Q(question__contains=q))
    return found


def consultations_page(
    by: kernel.Actor, *, box: str = "in", state: str = "", q: str = "", after: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Newest first; `after` is the cursor of the page before."""
    with kernel.acting(by):
        kernel.require(by, READ)
        found = _found(by, box, state, q)
        if after and after.isdecimal():
            found = found.filter(pk__lt=min(int(after[:19]), _LARGEST_KEY))
        rows = list(found.order_by("-pk")[: limit + 1])
        items = [_shown(by, row) for row in rows[:limit]]
    return {"items": items, "next": str(rows[limit - 1].pk) if len(rows) > limit else None}


def consultation(by: kernel.Actor, key: int) -> dict[str, Any]:
    """One request, to an officer of the organ that asked or was asked. Raises NotFound for any other."""
    with kernel.acting(by):
        kernel.require(by, READ)
        return _shown(by, _own(by, key))


def _own(by: kernel.Actor, key: int) -> Consultation:
    mine = Q(from_organ=by.organ) | Q(to_organ=by.organ)
    found = Consultation.objects.filter(mine, pk=key).first() if by.organ else None
    if found is None:
        raise errors.NotFound("征求意见", key)
    return found


def enclosed_file(by: kernel.Actor, key: int, place: int) -> tuple[kernel.StoredFile, str]:
    """An enclosed paper by its place from 1; 0 is the letter of the answer. Raises NotFound."""
    with kernel.acting(by):
        kernel.require(by, READ)
        row = _own(by, key)
        letter = (row.answer or {}).get("letter")
        files = [letter, *row.papers]
        told = files[place] if 0 <= place < len(files) else None
        if told is None:
            raise errors.NotFound("征求意见的附件", place)
        return kernel.StoredFile.objects.get(pk=told["digest"]), told["name"]


def organs(by: kernel.Actor, q: str = "") -> dict[str, Any]:
    """Organs of the system that may be asked."""
    with kernel.acting(by):
        kernel.require(by, READ)
        found = askable(by)
        found = found.filter(terms__name__contains=clean(q)).distinct() if q else found
        return {"items": [{"code": o.code, "name": o.name, "region": o.region_id} for o in found.order_by("code")[:200]]}


def _shown(by: kernel.Actor, row: Consultation) -> dict[str, Any]:
    mine = row.to_organ == by.organ
    files = [
        {"name": p["name"], "size": p["size"], "digest": p["digest"], "url": f"/api/consultations/{row.pk}/papers/{n}"}
        for n, p in enumerate(row.papers, start=1)
    ]
    answer = row.answer and {**row.answer, "verdict_title": VERDICTS[row.answer["verdict"]]}
    if answer and answer["letter"]:
        answer["letter"] = {**answer["letter"], "url": f"/api/consultations/{row.pk}/papers/0"}
    names = ("number", "case_no", "title", "from_name", "to_name", "question", "state")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "case": row.case_id if row.from_organ == by.organ else None,
        "box": "in" if mine else "out",
        "papers": files,
        "asked": row.asked.isoformat(),
        "due": row.due.isoformat(),
        "overdue": row.state == "asked" and row.due < kernel.today(),
        "state_title": STATES[row.state],
        "answer": answer,
        "verdicts": VERDICTS,
        "actions": [offer(ANSWER, answer_refused(by, {"state": row.state}, False), row.number)] if mine else [],
    }


_HEADS = (
    *("案件编号", "项目名称", "征求机关", "被征求机关", "问题", "发出时间", "答复期限", "状态"),
    *("意见", "答复内容", "答复人", "答复时间"),
)


def consultations_csv(by: kernel.Actor, *, box: str = "in", state: str = "", q: str = "") -> bytes:
    """The list as CSV (UTF-8 with BOM, for Excel); a cell never becomes a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADS)
    with kernel.acting(by):
        kernel.require(by, READ)
        for row in _found(by, box, state, q).order_by("-pk")[:EXPORT_LIMIT]:
            told = _shown(by, row)
            said = told["answer"] or {"verdict_title": "", "text": "", "by": "", "at": ""}
            asked = [told[name] for name in ("case_no", "title", "from_name", "to_name", "question")]
            cells = [*asked, told["asked"][:16], told["due"], "逾期未答复" if told["overdue"] else told["state_title"]]
            writer.writerow(safe_row([*cells, said["verdict_title"], said["text"], said["by"], said["at"][:16]]))
    return b"\xef\xbb\xbf" + out.getvalue().encode()
