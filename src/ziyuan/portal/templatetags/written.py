"""How public pages write areas and moments."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ziyuan.base.numbers import half_up

register = template.Library()
MU_M2 = Decimal(10_000) / 15


@register.filter
def area(square_metres: str | Decimal | None) -> str | SafeString:
    """`6.0000 公顷(90.00 亩)`, the square metres kept for copying."""
    if square_metres in (None, ""):
        return "未量算"
    exact = Decimal(str(square_metres))
    told = f"{half_up(exact / 10_000, 4)} 公顷({half_up(exact / MU_M2, 2)} 亩)"
    return format_html('<data class="figure" value="{}">{}</data>', exact, told)


@register.filter
def moment(text: str) -> str:
    """`2026-11-25 16:47` of a moment in ISO form, as the clock in Anhui showed it."""
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M") if text else ""


@register.filter
def day(text: str) -> str:
    """`2026-11-25` of a day or moment in ISO form."""
    return date.fromisoformat(text[:10]).isoformat() if text else ""


@register.filter
def steps(progress: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Progress without repetitions: work going on at another desk is no news to the applicant, a note on his limit is."""
    shown: list[dict[str, Any]] = []
    for step in progress:
        if step.get("note") or not shown or shown[-1]["status"] != step["status"]:
            shown.append(step)
    return shown
