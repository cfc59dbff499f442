"""Write what a check found, beside the attempt before: still there, new, fixed; covered by an exception or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray

from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings import cover
from ziyuan.onemap.findings.models import CheckRun, Standing, State, StoredFinding
from ziyuan.onemap.findings.places import Places
from ziyuan.onemap.formats import LayerTable
from ziyuan.onemap.quality import fingerprint, versions
from ziyuan.onemap.quality.duty import duty_of
from ziyuan.onemap.quality.finding import Finding, RuleCount, Severity
from ziyuan.onemap.quality.score import score
from ziyuan.onemap.quality.stages import judged_by
from ziyuan.onemap.quality.switches import Switch
from ziyuan.onemap.standards.model import Model

_BATCH = 2000
_TRIAL = "precursor"


@dataclass(frozen=True)
class Judged:
    """What one check ended with.

    `findings` those of the package first, then those of the rules; `counts` by rule as dicts (rule, title, family,
    severity, layer, count, listed); `complete` False where the package could not be read and no rule was run.
    """

    findings: Sequence[Finding]
    counts: Sequence[dict[str, Any]]
    layers: Mapping[str, LayerTable]
    models: Sequence[Model]
    zone: int
    complete: bool
    switches: Sequence[Switch] = ()
    rules: dict[str, tuple[str, str, str | None]] = field(init=False, default_factory=dict)
    """Rule → standard edition, version, clause; only of rules that found something."""

    def __post_init__(self) -> None:
        broken = {f.rule for f in self.findings}
        for model in self.models:
            for rule in model.all_rules():
                if rule.id in broken:
                    told = (model.name, versions.rule_version(rule, model), rule.source)
                    self.rules[rule.id] = told
        for rule_id in broken - self.rules.keys():
            self.rules[rule_id] = judged_by(rule_id) or ("", versions.reader_version(), None)

    @property
    def tolerance(self) -> float:
        """Tolerance in degrees, the largest of the standards judged by."""
        metres = max((m.space.tolerance for m in self.models), default=0.0001)
        return metres / fingerprint.METRES_PER_DEGREE

    @property
    def features(self) -> dict[str, int]:
        """Features by layer."""
        return {name: len(table) for name, table in self.layers.items()}


def store(delivery: Any, judged: Judged) -> CheckRun:
    """Write run and findings of a delivery; in the transaction of the check's end, once.

    `delivery` is the locked row of `deliveries`. What the attempts before had and this one has no more becomes
    *fixed*, unless this check could not tell (see `_untold`).
    """
    places = Places.of(judged.findings, judged.layers, judged.zone)
    cover.take_turn(delivery.county, delivery.mandate)
    run = _run(delivery, judged)
    before = list(cover.current(delivery.county, delivery.mandate).filter(run__period=delivery.period).exclude(run=run))
    same = _same(before, judged, places)
    prints = fingerprint.inherit(
        fingerprint.fingerprints(judged.findings), [f.fingerprint for f in before], same
    )
    rows = _rows(delivery, run, judged, places, prints)
    exceptions = cover.active(delivery.county, delivery.mandate, kernel.today())
    for row, old in zip(rows, same, strict=True):
        if old >= 0:
            _follow(row, before[old])
        row.exception = cover.covering(exceptions, row)
    StoredFinding.objects.bulk_create(rows, batch_size=_BATCH)
    fixed = _let_go(run, judged, before, same)
    _figures(run, judged, rows, fixed, cover.whole_county(exceptions))
    return run


def _run(delivery: Any, judged: Judged) -> CheckRun:
    chain = CheckRun.objects.filter(county=delivery.county, mandate=delivery.mandate, period=delivery.period)
    earlier = chain.filter(sequence__lt=delivery.sequence).order_by("-sequence", "-number").first()
    return CheckRun.objects.create(
        delivery=delivery, county=delivery.county, mandate=delivery.mandate, period=delivery.period,
        sequence=delivery.sequence, number=CheckRun.objects.filter(delivery=delivery).count() + 1, at=kernel.now(),
        complete=judged.complete, epsg=next((t.epsg for t in judged.layers.values()), None),
        standards=[m.name for m in judged.models], versions={r: told[1] for r, told in judged.rules.items()},
        switches=[s.to_dict() for s in judged.switches], counts=list(judged.counts), features=judged.features,
        errors=sum(c["count"] for c in judged.counts if c["severity"] == "error"), open_errors=0, earlier=earlier,
    )  # fmt: skip


def _same(before: Sequence[StoredFinding], judged: Judged, places: Places) -> NDArray[np.int64]:
    old = fingerprint.Marks.of([as_finding(f) for f in before], _boxes(before))
    now = fingerprint.Marks.of(judged.findings, places.boxes)
    return fingerprint.match(old, now, tolerance=judged.tolerance)


def _boxes(rows: Sequence[StoredFinding]) -> NDArray[np.float64]:
    shapes = shapely.from_wkb(np.array([None if f.shape is None else bytes(f.shape) for f in rows], object))
    points = np.array([(f.lon, f.lat, f.lon, f.lat) for f in rows], np.float64).reshape(-1, 4)
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    return np.where(np.isnan(boxes), points, boxes)


def _rows(delivery: Any, run: CheckRun, judged: Judged, places: Places, prints: Sequence[str]) -> list[StoredFinding]:
    rows = []
    for at, (f, mark) in enumerate(zip(judged.findings, prints, strict=True)):
        standard, version, clause = judged.rules[f.rule]
        point, village, layer = places.points[at], places.villages[at], judged.layers.get(f.layer or "")
        rows.append(StoredFinding(
            delivery=delivery, run=run, county=delivery.county, ordinal=at + 1, rule=f.rule, rule_version=version,
            standard=standard, kind=f.kind, family=f.family, severity=f.severity, duty=duty_of(f),
            clause=_short(clause, 200), layer=_short(f.layer, 40), key=_short(f.key, 80), row=f.row, line=f.line,
            file=_short(layer.file if layer is not None else delivery.file_name, 300), field=_short(f.field, 60),
            value=clean(f.value), expected=clean(f.expected),
            epsg=places.epsg[at] if point else None, x=f.x, y=f.y, lon=point[0] if point else None,
            lat=point[1] if point else None, village=village[0] if village else None,
            village_name=village[1] if village else None, measure=f.measure, unit=f.unit,
            partners=[clean(p)[:80] for p in f.partners], message=clean(f.message) or "", remedy=clean(f.remedy) or "",
            shape=places.shapes[at], delivered=f.geometry, fingerprint=mark, since=delivery.no,
        ))  # fmt: skip
    return rows


def clean(text: Any) -> Any:
    """Text as the database takes it: no NUL characters."""
    return None if text is None else str(text).replace("\0", "␀")


def _short(text: str | None, most: int) -> str | None:
    cleaned = clean(text)
    return None if cleaned is None else cleaned[:most]


def _follow(row: StoredFinding, old: StoredFinding) -> None:
    """The same problem as an attempt before: since when, and what was said of it."""
    row.standing, row.since = Standing.STILL, old.since
    if old.state in (State.DISPUTED, State.FALSE_ALARM):
        row.state = old.state


def _let_go(run: CheckRun, judged: Judged, before: Sequence[StoredFinding], same: NDArray[np.int64]) -> int:
    """Mark what went on into this attempt, and what is fixed; how many are fixed."""
    followed = {before[i].pk for i in same if i >= 0}
    StoredFinding.objects.filter(pk__in=followed).update(followed=True)
    if not judged.complete:
        return 0
    untold = _untold(judged)
    gone = [f.pk for f in before if f.pk not in followed and not untold(f)]
    return StoredFinding.objects.filter(pk__in=gone).update(state=State.FIXED, fixed_in=run)


def _untold(judged: Judged) -> Any:
    """Test: could this check not tell whether an earlier finding is gone?

    Rules whose findings were only counted beyond the listed ones (or gathered into one), and shapes of a layer that
    lies in the wrong place as a whole and was not judged further.
    """
    gathered = {c["rule"] for c in judged.counts if c["count"] > c["listed"]}
    shifted = {f.layer for f in judged.findings if f.kind == "shift" and f.severity == "error"}
    return lambda old: old.rule in gathered or (old.layer in shifted and old.shape is not None)


def _figures(run: CheckRun, judged: Judged, rows: Sequence[StoredFinding], fixed: int, whole: set[str]) -> None:
    effects = [(r.rule, r.severity, State.EXCEPTED if r.exception else r.state) for r in rows]
    counts = cover.left_open(judged.counts, effects, whole)
    run.open_errors = sum(c["open"] for c in counts if c["severity"] == "error")
    if judged.complete:
        run.score = score([_rule_count(c) for c in counts], run.features, run.at.date()).to_dict()
    if _first(run):
        run.first_pass = run.open_errors == 0 and judged.complete
    still = sum(r.standing == Standing.STILL for r in rows)
    run.standing = {"new": len(rows) - still, "still": still, "fixed": fixed}
    run.save(update_fields=["open_errors", "score", "first_pass", "standing"])


def _first(run: CheckRun) -> bool:
    """Is this the first attempt of the series? A trial run (precursor) is none."""
    series = CheckRun.objects.filter(county=run.county, mandate=run.mandate, period=run.period, sequence__lt=run.sequence)
    return run.delivery.kind != _TRIAL and not series.exclude(delivery__kind=_TRIAL).exists()


def _rule_count(row: dict[str, Any]) -> RuleCount:
    return RuleCount(row["rule"], row["title"], row["family"], cast(Severity, row["severity"]), row["layer"],
                     row["open"], row["listed"])  # fmt: skip


def as_finding(f: StoredFinding, *, plane: bool = False) -> Finding:
    """The finding again as a value; its geometry in EPSG:4490, or as delivered."""
    shape = f.delivered if plane else f.shape
    return Finding(f.rule, f.kind, f.family, cast(Severity, f.severity), f.layer, f.key, f.row, f.field, f.value,
                   f.expected, f.x, f.y, f.measure, f.unit, tuple(f.partners), f.message, f.remedy,
                   bytes(shape) if shape is not None else None)  # fmt: skip
