"""Whom a case may be copied to."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.view import visible_case
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.reach.people import receivers


def copy_targets(by: kernel.Actor, case_id: int, q: str = "") -> list[dict[str, Any]]:
    """Everybody who may read the case by post and region, but oneself; `q` is part of a name or an organ's."""
    with kernel.acting(by):
        kernel.require(by, "case.read")
        found, text = receivers(visible_case(by, case_id).state), clean(q)
    return [
        {"id": one.person, "name": one.name, "organ_name": one.organ}
        for one in found
        if one.person != by.person and (text in one.name or text in one.organ)
    ]
