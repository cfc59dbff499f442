"""The figures of a bulletin (通报): counted once at a moment, each with the rows behind it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue.expected import NO_ANSWER, Owed
from ziyuan.onemap.catalogue.models import StandsOn
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote, State
from ziyuan.onemap.findings.models import CheckRun

TITLES = {
    "owed": "应汇交", "late": "逾期未交", "late_days": "最长逾期(天)", "delivered": "本月汇交",
    "accepted": "本月验收", "returned": "本月退回", "first": "首次汇交", "first_passed": "一次通过",
    "first_pass_rate": "一次通过率(%)", "errors": "错误", "corrections": "更正", "used": "被使用次数",
}  # fmt: skip
"""Figures in the order in which they are printed."""
_SEALED = (State.SEALED, State.SUPERSEDED)


class Span(NamedTuple):
    """A month, half open: from `start` to `end`; `cut` is the moment of counting."""

    start: datetime
    end: datetime


class Stock(NamedTuple):
    """Everything a bulletin counts, read once."""

    owed: list[Owed]
    deliveries: list[Delivery]
    notes: list[DeliveryNote]
    used: list[StandsOn]
    passed: dict[str, bool]
    """Delivery number → passed at once; only first attempts stand here."""


def read(owed: list[Owed], span: Span) -> Stock:
    """The rows of the session's region: all deliveries handed in before the end, acts and uses of the month."""
    runs = CheckRun.objects.filter(first_pass__isnull=False)
    return Stock(
        owed,
        list(Delivery.objects.exclude(kind__in=NO_ANSWER).filter(submitted__lt=span.end).order_by("pk")),
        list(
            DeliveryNote.objects.filter(at__gte=span.start, at__lt=span.end)
            .select_related("delivery")
            .order_by("pk")
        ),
        list(StandsOn.objects.filter(at__gte=span.start, at__lt=span.end).order_by("pk")),
        {run.delivery.no: bool(run.first_pass) for run in runs.select_related("delivery")},
    )


def counted(stock: Stock, span: Span) -> dict[str, Any]:
    """Figures by county, city and province; `rows` holds what each county's figure counted."""
    rows = _rows(stock, span)
    counties = {code: _figures(rows[code]) for code in sorted(rows)}
    cities: dict[str, list[str]] = defaultdict(list)
    for code in counties:
        cities[f"{code[:4]}00"].append(code)
    return {
        "counties": counties,
        "cities": {city: _sum(counties[c] for c in members) for city, members in cities.items()},
        "total": _sum(counties.values()),
        "families": _families(stock, span),
        "rows": rows,
        "deliveries": sorted({no for found in rows.values() for name in _BY_DELIVERY for no, _ in found.get(name, [])}),
    }  # fmt: skip


_BY_DELIVERY = ("delivered", "accepted", "returned", "first", "corrections")


def _rows(stock: Stock, span: Span) -> dict[str, dict[str, list[list[Any]]]]:
    """County → figure → what it counts, as pairs of name and amount."""
    found: dict[str, dict[str, list[list[Any]]]] = defaultdict(lambda: defaultdict(list))
    for each in stock.owed:
        if each.due is not None and each.due < span.end.date():
            found[each.county]["owed"].append([f"{each.title} {each.period}", 1])
            if each.late_days:
                found[each.county]["late"].append([f"{each.title} {each.period}", 1])
                found[each.county]["late_days"].append([f"{each.title} {each.period}", each.late_days])
    for row in _handed_in(stock, span):
        for figure in _kinds(row, stock):
            found[row.county][figure].append([row.no, 1])
        if row.errors:
            found[row.county]["errors"].append([row.no, row.errors])
    for county, figure, no in sorted({_act(note) for note in stock.notes} - {("", "", "")}):
        found[county][figure].append([no, 1])
    for use in stock.used:
        found[use.county]["used"].append([f"{use.user_kind}:{use.user_id} {use.layer}", 1])
    return {code: dict(figures) for code, figures in found.items()}


def _act(note: DeliveryNote) -> tuple[str, str, str]:
    """County, figure and delivery of an act that is counted: accepted, or returned by a person or by the check."""
    if note.act == "accept":
        return note.county, "accepted", note.delivery.no
    if note.act == "return" or (note.act == "check" and note.delivery.errors):
        return note.county, "returned", note.delivery.no
    return "", "", ""


def _handed_in(stock: Stock, span: Span) -> list[Delivery]:
    return [
        d
        for d in stock.deliveries
        if d.submitted and d.submitted >= span.start and d.state != State.WITHDRAWN
    ]


def _kinds(row: Delivery, stock: Stock) -> list[str]:
    """Figures a delivery counts in."""
    kinds = ["delivered"]
    if row.no in stock.passed:
        kinds += ["first", "first_passed"] if stock.passed[row.no] else ["first"]
    same = (row.mandate, row.county, row.period)
    if any(
        (d.mandate, d.county, d.period) == same and d.pk < row.pk and d.state in _SEALED for d in stock.deliveries
    ):
        kinds.append("corrections")
    return kinds


def _figures(rows: dict[str, list[list[Any]]]) -> dict[str, Any]:
    amounts = {name: [amount for _, amount in rows.get(name, [])] for name in TITLES}
    return _rated({n: max(a, default=0) if n == "late_days" else sum(a) for n, a in amounts.items()})


def _sum(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    total: Counter[str] = Counter()
    longest = 0
    for part in parts:
        longest = max(longest, part["late_days"])
        total.update({name: part[name] for name in TITLES if name not in ("late_days", "first_pass_rate")})
    return _rated({name: total[name] for name in TITLES} | {"late_days": longest})


def _rated(told: dict[str, Any]) -> dict[str, Any]:
    """With the share of first deliveries that passed, in per cent, one decimal half up; None of nothing."""
    first = told["first"]
    rate = (told["first_passed"] * 2000 + first) // (2 * first) / 10 if first else None
    return {name: told.get(name) for name in TITLES} | {"first_pass_rate": rate}


def _families(stock: Stock, span: Span) -> dict[str, int]:
    """Findings by rule family over the deliveries of the month."""
    total: Counter[str] = Counter()
    for row in _handed_in(stock, span):
        for rule in row.summary:
            total[rule["family"]] += rule["count"]
    return dict(total.most_common())


def month_span(month: str) -> Span:
    """First moment of a month and of the next, in the platform's time zone. Raises ValueError."""
    year, number = int(month[:4]), int(month[5:7])
    if len(month) != 7 or month[4] != "-" or not 1 <= number <= 12:
        raise ValueError(month)
    zone = kernel.now().tzinfo
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    return Span(datetime(year, number, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone))
