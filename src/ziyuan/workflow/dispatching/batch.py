"""One batch of a dispatch: read and checked without a lock, then numbered and written under it, in one transaction.

The lock is that of the matter: two dispatches of it write one after the other, whoever runs them. What was found before
the lock is asked again under it where another may have changed it meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection, transaction

from ziyuan.base import canonical
from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.receive import number_of, place, series_of
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.versions import keep
from ziyuan.workflow.dispatching import writing
from ziyuan.workflow.dispatching.beginnings import Beginnings, Begun, Given
from ziyuan.workflow.dispatching.rows import Refused, Report, Row
from ziyuan.workflow.forms.validate import Check, typed

R = TypeVar("R", Row, Given)
_LIMITS: dict[str, int] = {f.name: f.max_length for f in Case._meta.concrete_fields if f.max_length}


def _at_once() -> None:
    """Nobody is before us."""


@dataclass(frozen=True)
class Dispatch:
    """Whose dispatch of which matter; `take` opens the cases of one batch."""

    by: kernel.Actor
    rt: Runtime

    @cached_property
    def _check(self) -> Check:
        return Check(self.rt.form)

    def take(self, part: list[Row], *, turn: Callable[[], None] = _at_once, trial: bool = False) -> Report:
        """One batch in one transaction; a trial writes nothing. `turn` waits until the batches before it stand."""
        report = Report()
        with kernel.acting(self.by), kernel.remembering_people():
            given = self._read_all(self._unknown(part, report), report)
            turn()
            with connection.cursor() as cursor:  # two dispatches of one matter go one after the other
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"dispatch:{self.rt.matter.key}"])
            beginnings = Beginnings(self.rt, self.by, kernel.now())
            cases = self._begun(beginnings, self._unknown(given, report), report)
            if trial:
                transaction.set_rollback(True)
            else:
                self._recorded(cases, writing.write(beginnings.kinds, cases))
                report.opened = len(cases)
        return report

    def _unknown(self, rows: list[R], report: Report) -> list[R]:
        """Rows whose outer number has no case yet."""
        known, found = _known([row.no for row in rows if row.no]), []
        for row in rows:
            if row.no not in known:
                found.append(row)
            elif kernel.contains(self.by.region, known[row.no]):
                report.known += 1
            else:
                report.refuse(row.line, row.no, f"外部编号“{row.no}”已用于其他行政区的案件")
        return found

    def _read_all(self, rows: list[Row], report: Report) -> list[Given]:
        found = []
        for row in rows:
            try:
                found.append(self._read(row))
            except Refused as refused:
                report.refuse(row.line, row.no, str(refused))
            except ZiyuanError as refused:
                report.refuse(row.line, row.no, refused.message)
        return found

    def _read(self, row: Row) -> Given:
        """What `open_case` is told of a case, and its counties. Raises Refused."""
        if row.fault:
            raise Refused(row.fault)
        if not row.no:
            raise Refused("没有外部编号")
        if len(row.no) > _LIMITS["no"]:
            raise Refused(f"外部编号超过 {_LIMITS['no']} 个字符")
        form = typed(self.rt.form, row.form)
        if len(form) < len(row.form):
            raise Refused(f"表单中没有字段“{'、'.join(name for name in row.form if name not in form)}”")
        wrong = self._check.faults(form)
        if wrong:
            raise Refused(";".join(dict.fromkeys(wrong.values())))
        given = Given(self.rt, row.line, row.no, form, row.site, self._counties(row))
        for name, title in (("title", "案件名称"), ("applicant", "申请人")):
            _fits(title, given.names[name], _LIMITS[name])
        return given

    def _counties(self, row: Row) -> list[str]:
        """The counties of a row, the one that has the case first."""
        if row.county:
            known = kernel.region(row.county)
            if known.level != "county":
                raise Refused(f"“{row.county}”({known.name})不是县级行政区")
            if not kernel.contains(self.by.region, row.county):
                raise Refused(f"{known.name}不在您的行政区内")
            return [row.county]
        if row.site is None:
            raise Refused("没有县级代码,也没有图形")
        county, counties = place(row.site, self.by)
        return [county, *(c for c in counties if c != county)]

    def _begun(self, beginnings: Beginnings, rows: list[Given], report: Report) -> list[Begun]:
        """A case for each row; one that cannot begin takes no number."""
        rt, found = self.rt, []
        keep(rt)
        serials = kernel.Serials(beginnings.at.year, (series_of(rt, given.county) for given in rows))
        for given in rows:
            try:
                series = series_of(rt, given.county)
                no = number_of(rt, given.county, serials.year, serials.following(series))
                _fits("案件编号", no, _LIMITS["no"])
                case = beginnings.begin(given, no)
            except Refused as refused:
                report.refuse(given.line, given.no, str(refused))
            except ZiyuanError as refused:
                report.refuse(given.line, given.no, refused.message)
            else:
                serials.take(series)
                found.append(case)
        serials.keep()
        return found

    def _recorded(self, cases: list[Begun], numbers: list[int]) -> None:
        """One audit row for each county, on the heads of its cases; whoever follows is told once for each county."""
        found: dict[str, list[tuple[Begun, int]]] = {}
        for case, number in zip(cases, numbers, strict=True):
            found.setdefault(case.county, []).append((case, number))
        for county, mine in found.items():
            kernel.announce("case.dispatched", county=county, matter=self.rt.matter.key, cases=[number for _, number in mine])
        for county, mine in sorted(found.items()):
            leaves = [canonical.encode("case-head", [case.no, case.seq, case.head]) for case, _ in mine]
            kernel.record(
                self.by, "case.dispatched", on=("matter", self.rt.matter.key), county=county,
                after={"root": canonical.merkle_root(leaves).hex()},
                count=len(mine), first=mine[0][0].no, last=mine[-1][0].no,
            )  # fmt: skip


def _known(numbers: list[str]) -> dict[str, str]:
    """Which outer numbers have a case, wherever it lies, and its county."""
    with kernel.acting(kernel.system_actor("成批下发")):
        return dict(Case.objects.filter(outer_no__in=numbers).values_list("outer_no", "county"))


def _fits(title: str, text: Any, most: int) -> None:
    """Whether a column of a case holds the text. Raises Refused."""
    if not isinstance(text, str):
        raise Refused(f"{title}没有得到文字,请核对表单")
    if len(text) > most:
        raise Refused(f"{title}超过 {most} 个字")
