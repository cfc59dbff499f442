"""Mass dispatch (成批下发): many cases of one matter from rows, as if each had been opened by itself.

Each batch is one transaction: numbers taken as ranges, the process started once for each case by the pure engine, rows
written set-wise, one audit row for each county. A row whose outer number has a case already is passed over: killed at
any moment and run again, every row has its case once.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction

from ziyuan.base import canonical
from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal, save_all
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.receive import Message, number_of, opening, place, series_of
from ziyuan.workflow.cases.runtime import Runtime, runtime
from ziyuan.workflow.cases.versions import keep
from ziyuan.workflow.errors import DispatchRefused
from ziyuan.workflow.forms.validate import faults, typed

BATCH = 1000
PERMISSION = "case.dispatch"
_LIMITS: dict[str, int] = {f.name: f.max_length for f in Case._meta.concrete_fields if f.max_length}


@dataclass(frozen=True)
class Row:
    """One case to open. `county` may be empty where there is a site: then the map says where it lies.

    `fault` is why the row could not be read; such a row is told like any other that does not hold.
    """

    line: int
    no: str
    county: str
    form: dict[str, Any]
    site: dict[str, Any] | None = None
    fault: str = ""


@dataclass
class Report:
    """What came of a dispatch: cases opened now, rows that had theirs, rows refused with line and reason."""

    opened: int = 0
    known: int = 0
    faults: list[dict[str, object]] = field(default_factory=list)

    def refuse(self, row: Row, reason: str) -> None:
        self.faults.append({"line": row.line, "no": row.no, "reason": reason.rstrip("。")})


class Refused(Exception):
    """The row does not hold; the text says why."""


Progress = Callable[[Report], None]


def dispatch(
    by: kernel.Actor,
    matter: str,
    rows: Iterable[Row],
    *,
    whole: bool = False,
    batch: int = BATCH,
    progress: Progress = lambda report: None,
) -> Report:
    """Open a case for each row. `whole`: every row is tried first, and one bad row refuses all (DispatchRefused).

    Bad rows are reported by line and reason and do not stop the others. After each batch, which then stands for good,
    `progress` is told. Raises NotAllowed, UnknownMatter.
    """
    kernel.require(by, PERMISSION)
    work = _Dispatch(by, runtime(matter))
    if whole:
        rows = list(rows)
        tried = Report()
        for part in _parts(rows, batch):
            work.take(part, tried, trial=True)
        if tried.faults:
            raise DispatchRefused(tried.faults)
        work.lines.clear()
    report = Report()
    for part in _parts(rows, batch):
        work.take(part, report)
        progress(report)
    return report


def _parts(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    found = iter(rows)
    while part := list(islice(found, size)):
        yield part


@dataclass
class _Dispatch:
    """One dispatch under way; `lines` remembers where each outer number stood first."""

    by: kernel.Actor
    rt: Runtime
    lines: dict[str, int] = field(default_factory=dict)

    def take(self, part: list[Row], report: Report, trial: bool = False) -> None:
        """One batch in one transaction; a trial writes nothing."""
        with kernel.acting(self.by), kernel.remembering_people():
            with connection.cursor() as cursor:  # two dispatches of one matter go one after the other
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"dispatch:{self.rt.matter.key}"])
            journals = self._opened(self._new(part, report), report)
            report.faults.sort(key=lambda fault: int(str(fault["line"])))
            if trial:
                transaction.set_rollback(True)
                return
            save_all(journals)
            self._recorded(journals)
        report.opened += len(journals)

    def _new(self, part: list[Row], report: Report) -> list[Row]:
        """Rows whose outer number has no case yet and stands in the list for the first time."""
        known, found = _known([row.no for row in part if row.no]), []
        for row in part:
            first = self.lines.setdefault(row.no, row.line) if row.no else row.line
            if first != row.line:
                report.refuse(row, f"外部编号“{row.no}”与第 {first} 行重复")
            elif row.no in known and not kernel.contains(self.by.region, known[row.no]):
                report.refuse(row, f"外部编号“{row.no}”已用于其他行政区的案件")
            elif row.no in known:
                report.known += 1
            else:
                found.append(row)
        return found

    def _opened(self, rows: list[Row], report: Report) -> list[Journal]:
        """A case for each row that holds; a row that does not takes no number."""
        rt, found = self.rt, []
        keep(rt)
        serials = kernel.Serials(kernel.today().year)
        for row in rows:
            try:
                message, counties = self._read(row)
                series = series_of(rt, counties[0])
                no = number_of(rt, counties[0], serials.year, serials.following(series))
                journal = opening(rt, message, counties[0], sorted(counties), no, self.by)
                _fits(journal.state["case"])
            except Refused as refused:
                report.refuse(row, str(refused))
            except ZiyuanError as refused:
                report.refuse(row, refused.message)
            else:
                serials.take(series)
                found.append(journal)
        serials.keep()
        return found

    def _read(self, row: Row) -> tuple[Message, list[str]]:
        """What `open_case` is told of a case, and its counties, the one that has it first. Raises Refused."""
        if row.fault:
            raise Refused(row.fault)
        if not row.no:
            raise Refused("没有外部编号")
        if len(row.no) > _LIMITS["no"]:
            raise Refused(f"外部编号超过 {_LIMITS['no']} 个字符")
        form = typed(self.rt.form, row.form)
        strange = [name for name in row.form if name not in self.rt.form["data"]["properties"]]
        if strange:
            raise Refused(f"表单中没有字段“{'、'.join(strange)}”")
        wrong = faults(self.rt.form, form)
        if wrong:
            raise Refused(";".join(dict.fromkeys(wrong.values())))
        message: Message = {
            "no": row.no, "matter": self.rt.matter.key, "form": form, "site": row.site, "papers": [],
            "submitted": kernel.now().isoformat(),
        }  # fmt: skip
        return message, self._counties(row)

    def _counties(self, row: Row) -> list[str]:
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

    def _recorded(self, journals: list[Journal]) -> None:
        """One audit row for each county, on the heads of its cases; whoever follows is told once for each county."""
        found: dict[str, list[Journal]] = {}
        for journal in journals:
            found.setdefault(journal.case.county, []).append(journal)
        for county, mine in found.items():
            kernel.announce("case.dispatched", county=county, matter=self.rt.matter.key, cases=[j.case.pk for j in mine])
        for county, mine in sorted(found.items()):
            leaves = [canonical.encode("case-head", [j.case.no, j.case.seq, j.case.head]) for j in mine]
            kernel.record(
                self.by, "case.dispatched", on=("matter", self.rt.matter.key), county=county,
                after={"root": canonical.merkle_root(leaves).hex()},
                count=len(mine), first=mine[0].case.no, last=mine[-1].case.no,
            )  # fmt: skip


def _known(numbers: list[str]) -> dict[str, str]:
    """Which outer numbers have a case, wherever it lies, and its county."""
    with kernel.acting(kernel.system_actor("成批下发")):
        return dict(Case.objects.filter(outer_no__in=numbers).values_list("outer_no", "county"))


def _fits(case: dict[str, Any]) -> None:
    """What the columns of a case hold. Raises Refused."""
    titles = {"no": "案件编号", "title": "案件名称", "applicant": "申请人"}
    for name, title in titles.items():
        if not isinstance(case[name], str):
            raise Refused(f"{title}没有得到文字,请核对表单")
        if len(case[name]) > _LIMITS[name]:
            raise Refused(f"{title}超过 {_LIMITS[name]} 个字")
