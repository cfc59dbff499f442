"""What is covered: which approved exception holds for a finding, and how many errors stand open."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Value, When

from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings.models import ExceptionState, FindingException, State, StoredFinding

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

_NAMES = ("rule", "layer", "field", "value")
_COVERED = (State.EXCEPTED, State.FALSE_ALARM)


def take_turn(county: str, mandate: str) -> None:
    """One at a time for what is said of a county's findings under a mandate, until commit.

    A check that ends and an approval that is given at the same instant then see one another.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [f"findings:{county}:{mandate}"])


def holds(prefix: str = "exception__") -> Q:
    """Condition: the exception is approved and has not ended."""
    return Q(**{f"{prefix}state": ExceptionState.APPROVED, f"{prefix}until__gte": kernel.today()})


class Effect(TypedDict):
    """What `with_effect` adds to a row."""

    effect: str


def with_effect(rows: QuerySet[StoredFinding]) -> "QuerySet[WithAnnotations[StoredFinding, Effect]]":
    """The rows with `effect`: the state as of today, *excepted* while an exception holds."""
    return rows.annotate(
        effect=Case(
            When(state__in=(State.FIXED, State.FALSE_ALARM), then=F("state")),
            When(holds(), then=Value(State.EXCEPTED.value)),
            default=F("state"),
        )
    )


def active(county: str, mandate: str, on: date) -> list[FindingException]:
    """Exceptions that hold on a day for deliveries of a county under a mandate, the oldest first."""
    found = FindingException.objects.filter(
        county=county, mandate=mandate, state=ExceptionState.APPROVED, until__gte=on
    )
    return list(found.order_by("pk"))


def item_of(finding: StoredFinding) -> dict[str, Any]:
    """What an exception remembers of a finding."""
    keys = sorted(k for k in (finding.key, *finding.partners) if k)
    return {**{name: getattr(finding, name) for name in _NAMES}, "keys": keys, "fingerprint": finding.fingerprint}


def _same(item: dict[str, Any], finding: StoredFinding) -> bool:
    if item["fingerprint"] and item["fingerprint"] == finding.fingerprint:
        return True
    mine = item_of(finding)
    if not mine["keys"]:
        return False
    return all(item[name] == mine[name] for name in ("rule", "layer", "field", "keys"))


def covers(exception: FindingException, finding: StoredFinding) -> bool:
    """Does the exception name this finding, by its features or by its region?"""
    if finding.rule not in exception.rules:
        return False
    if exception.scope == "features":
        return any(_same(item, finding) for item in exception.items)
    if exception.region == exception.county:
        return True
    return bool(finding.village) and str(finding.village).startswith(exception.region)


def covering(exceptions: Iterable[FindingException], finding: StoredFinding) -> FindingException | None:
    """The first exception that covers a finding."""
    return next((e for e in exceptions if covers(e, finding)), None)


def current(county: str, mandate: str) -> QuerySet[StoredFinding]:
    """Findings that stand: not fixed, not taken over by a later attempt."""
    return StoredFinding.objects.filter(county=county, run__mandate=mandate, followed=False).exclude(state=State.FIXED)


def left_open(
    counts: Sequence[dict[str, Any]], findings: Iterable[tuple[str, str, str]], whole: Iterable[str]
) -> list[dict[str, Any]]:
    """Counts by rule with `open`: what no exception and no answer covers.

    `findings` are (rule, severity, effect) of those listed one by one; `whole` rules excepted for the whole county:
    then those only counted are covered too.
    """
    covered = Counter((rule, severity) for rule, severity, effect in findings if effect in _COVERED)
    everywhere = set(whole)
    out = []
    for row in counts:
        name = (row["rule"], row["severity"])
        taken = min(covered[name], row["listed"])
        covered[name] -= taken
        unlisted = row["count"] - row["listed"]
        out.append({**row, "open": row["count"] - taken - (unlisted if row["rule"] in everywhere else 0)})
    return out


def whole_county(exceptions: Iterable[FindingException]) -> set[str]:
    """Rules excepted for the whole county."""
    return {rule for e in exceptions if e.scope == "region" and e.region == e.county for rule in e.rules}
