"""Progress that comes out: the applicant's copy follows the case. Messages are applied in the case's own order."""

from hmac import compare_digest
from typing import Any

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.applications.submit import query_code
from ziyuan.workflow.applications.view import STATES, documents_of
from ziyuan.workflow.cases.models import Application
from ziyuan.workflow.forms.text import clean

_STATE = {
    "已收件": "received",
    "办理中": "processing",
    "待补正": "correcting",
    "已批准": "granted",
    "不予通过": "refused",
    "已撤件": "withdrawn",
    "已终止": "terminated",
}


def take_progress(message: dict[str, Any], by: kernel.Actor) -> None:
    """Apply one message of the case; an older or repeated one changes nothing."""
    with kernel.acting(by):
        row = Application.objects.select_for_update().filter(no=message["outer_no"]).first()
        if row is None or message["seq"] <= max((p["seq"] for p in row.progress), default=0):
            return
        row.progress = [
            *row.progress,
            {name: message[name] for name in ("at", "status", "seq", "note") if message.get(name)},
        ]
        row.state = _STATE.get(message["status"], row.state)
        row.correction = message["correction"]
        row.quality = message.get("quality", row.quality)
        row.changed = kernel.now()
        row.save(update_fields=["progress", "state", "correction", "quality", "changed"])


def query(no: str, code: str) -> dict[str, Any]:
    """Progress by number and query code, without sign-in. A wrong code and a wrong number sound the same."""
    no, code = clean(no), clean(code).upper()
    with kernel.acting(kernel.system_actor("公众查询")):
        row = Application.objects.filter(no=no).first()
        if row is None or not compare_digest(code.encode(), query_code(no).encode()):
            raise errors.NotFound("申报编号与查询码", no)
        return {
            "no": row.no,
            "matter_title": kernel.matter(row.matter).title,
            "state": row.state,
            "state_title": STATES.get(row.state, row.state),
            "progress": row.progress,
            "correction": row.correction,
            "documents": documents_of(row.no),
        }
