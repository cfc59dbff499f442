"""A small package delivered by a county, and the people around it: each a person of his own in an organ of his own."""

import io
from dataclasses import dataclass
from typing import Any

import pytest

from tests.onemap.findings import small_package
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries.job import read_and_check

COUNTY, PERIOD = small_package.COUNTY, "2024"


@pytest.fixture
def people(make_actor) -> dict[str, kernel.Actor]:
    return {
        "officer": make_actor("data_officer", COUNTY, "汇交员", 1_000_001),
        "neighbour": make_actor("data_officer", "340121", "邻县汇交员", 1_000_002),
        "city": make_actor("data_reviewer", "340100", "市级审核员", 1_000_003),
        "other_city": make_actor("data_reviewer", "341100", "外市审核员", 1_000_004),
        "province": make_actor("data_reviewer", "340000", "省级审核员", 1_000_005),
        "county_reviewer": make_actor("data_reviewer", COUNTY, "县级审核员", 1_000_006),
    }


@dataclass
class Attempt:
    """One checked delivery."""

    told: dict[str, Any]
    by: kernel.Actor

    @property
    def id(self) -> int:
        return self.told["id"]

    @property
    def state(self) -> str:
        return onemap.deliveries.detail(self.by, self.id)["state"]

    def findings(self, **filters: Any) -> list[dict[str, Any]]:
        return onemap.findings.listing(self.by, self.id, limit=1000, **filters)["items"]

    def one(self, rule: str) -> dict[str, Any]:
        (found,) = self.findings(rule=rule)
        return found

    def counts(self) -> dict[str, Any]:
        return onemap.findings.counts(self.by, self.id)


@pytest.fixture
def deliver(db, people):
    """`deliver(package)`: submit a made package as the county's officer and check it here and now."""

    def go(package: small_package.Package, period: str = PERIOD) -> Attempt:
        body = io.BytesIO(small_package.zipped(package))
        row = onemap.deliveries.submit(people["officer"], (COUNTY, period), body, f"{COUNTY}-{period}.zip", "")
        read_and_check(delivery=row.pk)
        return Attempt(onemap.deliveries.detail(people["officer"], row.pk), people["officer"])

    return go


@pytest.fixture
def ask(people):
    """`ask(attempt, [ids])`: request an exception with reason and proof."""

    def go(attempt: Attempt, findings: list[int], by: str = "officer", **more: Any):
        facts = {"reason": "省厅批复同意保留", "until": "2099-12-31", "proof": (b"%PDF-1.4 proof", "批复.pdf"), **more}
        return onemap.findings.request(people[by], attempt.id, findings, **facts)

    return go
