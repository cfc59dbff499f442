"""Chains of business where they are written: rows about to enter a layer, judged against the stages standing before them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.errors import StageBroken, StageNeeded
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.undo import Dependent, tells_impact
from ziyuan.onemap.quality import chains
from ziyuan.onemap.quality.chains import Chain, Stage
from ziyuan.onemap.quality.stages import Break, Found, Row, by_number, judge, repeated, text
from ziyuan.onemap.standards import library

MOST = 1000
"""Breaks of one chain that are told one by one."""
Beside = Mapping[str, Sequence[Row]]
"""Layer id → all its rows, where they are written together with those judged."""


def broken(layer: str, rows: Sequence[Row], *, beside: Beside | None = None, replaces: str | None = None) -> list[Break]:
    """What the chains of a layer say of rows about to be written. Asked inside `kernel.acting`.

    `replaces`: county whose rows these take the place of, all of them; None: only those of the same county and key.
    """
    told: list[Break] = []
    for chain, stage in chains.of_layer(layer):
        found = Found(chain, MOST)
        numbers = by_number(found, stage, rows)
        if not stage.many and there(stage):
            _used(found, stage, rows, numbers, replaces)
        for after in stage.after:
            earlier = chain.stage(after.stage)
            wanted = {text(row.values[after.by]) for row in rows} - {""}
            judge(found, stage, after, rows, _before(earlier, wanted, beside or {}))
        told += found.items
    return told


def demand(breaks: Sequence[Break], excused: Collection[str] = ()) -> list[Break]:
    """The breaks that are only warned of. Raises StageBroken for those that are errors and not excused (by rule)."""
    hard = [b for b in breaks if b.severity == "error" and b.rule not in excused]
    if hard:
        raise StageBroken(hard)
    return [b for b in breaks if b.severity != "error"]


def _used(found: Found, stage: Stage, rows: Sequence[Row], numbers: Mapping[str, list[Row]], replaces: str | None) -> None:
    own = {(row.county, row.key) for row in rows}
    for standing in stock(stage, kernel.today(), holding=(stage.number or "", set(numbers))):
        if standing.county != replaces and (standing.county, standing.key) not in own:
            number = text(standing.values[stage.number or ""])
            repeated(found, stage, numbers[number][0], number, standing)


def _before(earlier: Stage, wanted: set[str], beside: Beside) -> dict[str, list[Row]] | None:
    """Rows of the earlier stage by their number; None where it is not connected."""
    if not there(earlier):
        return None
    given = beside.get(str(earlier.layer))
    rows = stock(earlier, kernel.today(), holding=(earlier.number or "", wanted)) if given is None else given
    numbers: dict[str, list[Row]] = {}
    for row in rows:
        numbers.setdefault(text(row.values[earlier.number or ""]), []).append(row)
    return numbers


def there(stage: Stage) -> bool:
    """Is the stage connected and its table made?"""
    if stage.layer is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f'layers."{_table(stage)}"'])
        return bool(cursor.fetchone()[0])


def leaning(chain: Chain, stage: Stage, rows: Sequence[Row]) -> Iterator[tuple[Stage, Row]]:
    """Rows of later stages that stand today and name one of these rows, by its number, as the stage before them.

    Asked inside `kernel.acting`; its region bounds what is seen.
    """
    numbers = {text(row.values[stage.number or ""]) for row in rows} - {""}
    for later in chain.stages:
        for after in later.after:
            if numbers and after.stage == stage.id and there(later):
                yield from ((later, row) for row in stock(later, kernel.today(), holding=(after.by, numbers)))


def demand_free(layer: str, row: Row) -> None:
    """Raise StageNeeded where a later stage, of a chain whose breaks are errors, names this row as the stage before it."""
    for chain, stage in chains.of_layer(layer):
        standing = next(leaning(chain, stage, [row]), None)
        if standing and chain.severity == "error":
            raise StageNeeded(chain, stage, row, *standing)


@tells_impact
def _later_stages(edition: Edition) -> list[Dependent]:
    """Before an edition is withdrawn: how many rows of which later stage lean on its rows."""
    told = []
    for chain, stage in chains.of_layer(edition.layer):
        own = list(stock(stage, edition.reference_date, county=edition.county))
        for later, count in Counter(later for later, _row in leaning(chain, stage, own)).items():
            words = f"{chain.title}:{later.title} {count} 宗以其编号为前一环节"
            told.append(Dependent("后一环节", f"{chain.id}/{later.id}", words))
    return told


def stock(
    stage: Stage, day: date, *, county: str | None = None, holding: tuple[str, Collection[str]] | None = None
) -> Iterator[Row]:
    """Rows of a stage that hold on a day, by county and key; `holding`: only those whose field has one of these texts."""
    moment, names = Moment(day), stage.fields
    columns = ", ".join(f'"{name}"' for name in names)  # names of the standard, looked up in it before
    where = moment.condition + (" AND county = %(county)s" if county else "")
    where += f' AND btrim("{holding[0]}"::text) = ANY(%(texts)s)' if holding else ""
    facts: dict[str, Any] = {**moment.parameters, "county": county, "texts": sorted(holding[1]) if holding else []}
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT county, key, {columns} FROM layers."{_table(stage)}" WHERE {where} ORDER BY county, key', facts)
        for row in cursor:
            yield Row(row[0], row[1], dict(zip(names, row[2:], strict=True)))


def _table(stage: Stage) -> str:
    ref = library.layer(str(stage.layer))
    return ref.model.table_name(ref.entity.name)
