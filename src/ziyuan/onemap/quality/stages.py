"""Before and after (前后环节检查): rows of a stage judged against those of the stages that must have been before.

Plain values in, breaks out: the same judgement over the whole stock, over a delivery and over one row about to be written.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from ziyuan.base import canonical
from ziyuan.onemap.quality.chains import After, Chain, Stage, chains

FAMILY = "前后环节"
CHECKS = {
    "no_number": "缺少本环节的编号", "repeated_number": "编号重复", "no_reference": "没有填写前一环节的编号",
    "unknown_reference": "前一环节的编号查不到", "too_early": "日期早于前一环节", "area_grown": "面积大于前一环节",
}  # fmt: skip
_VERSION = 16


class Row(NamedTuple):
    """What a chain reads of one row of a stage; `at` its place (from 0) in the delivered layer."""

    county: str
    key: str
    values: Mapping[str, Any]
    at: int | None = None


@dataclass(frozen=True)
class Break:
    """One row that a chain does not hold for."""

    chain: Chain
    check: str
    stage: Stage
    row: Row
    field: str
    message: str
    remedy: str
    value: str | None = None
    expected: str | None = None

    @property
    def rule(self) -> str:
        """`land_use-land_permit-too_early`."""
        return f"{self.chain.id}-{self.stage.id}-{self.check}"

    @property
    def severity(self) -> str:
        return self.chain.severity


@dataclass
class Found:
    """The breaks of one chain: all counted, the first `most` kept."""

    chain: Chain
    most: int
    items: list[Break] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, check: str, stage: Stage, row: Row, field: str, message: str, remedy: str, value: Any = None,
            expected: Any = None) -> None:  # fmt: skip
        """One break of one row."""
        self.counts[check] += 1
        if len(self.items) < self.most:
            told = [None if v is None else str(v) for v in (value, expected)]
            self.items.append(Break(self.chain, check, stage, row, field, message, remedy, *told))


def judged_by(rule: str) -> tuple[str, str, str] | None:
    """Chain, version of its text, source of a rule of `Break.rule`; None for any other rule."""
    for chain in chains():
        if rule.startswith(f"{chain.id}-") and rule.rpartition("-")[2] in CHECKS:
            return f"chains/{chain.id}", canonical.digest("chain", repr(chain)).hex()[:_VERSION], chain.source
    return None


def text(value: Any) -> str:
    """A number of a stage as it is compared."""
    return "" if value is None else str(value).strip()


def by_number(found: Found, stage: Stage, rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by the number of the stage; rows without one and repeated numbers are told."""
    gathered: dict[str, list[Row]] = {}
    name = stage.number or ""
    for row in rows:
        number = text(row.values[name])
        if not number:
            said = f"{stage.title} {row.key} 没有填写 {name}。"
            found.add("no_number", stage, row, name, said, f"填写{stage.title}的编号({name})")
            continue
        gathered.setdefault(number, []).append(row)
    for number, same in gathered.items():
        for row in same[1:]:
            repeated(found, stage, row, number, same[0])
    return gathered


def repeated(found: Found, stage: Stage, row: Row, number: str, first: Row) -> None:
    """The number of a row is that of another row; lawful where the stage says so."""
    if not stage.many:
        said = f"{stage.title} {row.key} 的 {stage.number}“{number}”已用于 {first.key}。"
        found.add("repeated_number", stage, row, stage.number or "", said, "核对编号,一个编号只用于一宗", number)


def judge(found: Found, stage: Stage, after: After, rows: Iterable[Row], numbers: Mapping[str, Sequence[Row]] | None) -> None:
    """Each row of a stage against the stage that it names as the one before; nothing where that is not connected."""
    if numbers is None:
        return
    earlier = found.chain.stage(after.stage)
    for row in rows:
        number = text(row.values[after.by])
        if not number:
            if after.required and after.by != stage.number:
                said = f"{stage.title} {row.key} 没有填写{earlier.title}的编号({after.by})。"
                found.add("no_reference", stage, row, after.by, said, f"填写{earlier.title}的编号({after.by})")
            continue
        before = numbers.get(number)
        if before:
            _dates(found, stage, earlier, row, before)
            _areas(found, stage, earlier, row, before)
        elif after.required or after.by != stage.number:
            said = f"{stage.title} {row.key} 的 {after.by}“{number}”在{earlier.title}中查不到。"
            found.add("unknown_reference", stage, row, after.by, said,
                      f"先办理或补录{earlier.title}“{number}”,或改正 {after.by}", number)  # fmt: skip


def _dates(found: Found, stage: Stage, earlier: Stage, row: Row, before: Sequence[Row]) -> None:
    if stage.day is None or earlier.day is None:
        return
    mine = row.values[stage.day]
    first = min((b.values[earlier.day] for b in before if b.values[earlier.day] is not None), default=None)
    if mine is not None and first is not None and mine < first:
        said = f"{stage.title} {row.key} 的日期 {mine} 早于{earlier.title}的 {first}。"
        found.add("too_early", stage, row, stage.day, said, "核对两个环节的日期", mine, f"不早于 {first}")


def _areas(found: Found, stage: Stage, earlier: Stage, row: Row, before: Sequence[Row]) -> None:
    """Areas are compared only where both units are known and the same."""
    if stage.unit is None or stage.unit != earlier.unit or not stage.area or not earlier.area:
        return
    mine = row.values[stage.area]
    whole = [b.values[earlier.area] for b in before]
    if mine is None or None in whole:
        return
    limit = sum((Decimal(str(w)) for w in whole), Decimal(0))
    if Decimal(str(mine)) > limit:
        said = f"{stage.title} {row.key} 的面积 {mine} {stage.unit} 大于{earlier.title}的 {limit}。"
        found.add("area_grown", stage, row, stage.area, said, f"核对面积,或重新办理{earlier.title}", mine, f"不大于 {limit}")
