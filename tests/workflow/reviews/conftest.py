"""Deliveries before their levels: real ones of a small county, and rows that were only checked; exceptions asked on these."""

import pytest

from tests.onemap.deliveries.conftest import deliver, registered, sample  # noqa: F401  (fixtures)
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.signin import actor_of
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import review
from ziyuan.onemap.deliveries.models import Delivery, Kind, State
from ziyuan.onemap.findings.models import CheckRun, FindingException, StoredFinding
from ziyuan.workflow.models import Case


@pytest.fixture
def people(db):
    """The officers of the sample organisation who deliver and review."""
    posts = {"officer": ("data_officer", "340123"), "city": ("data_reviewer", "340100"), "province": ("data_reviewer", "340000")}
    return {name: actor_of(kernel.people(*post)[0], kernel.now()) for name, post in posts.items()}


@pytest.fixture
def checked(db):
    """`checked(sequence)`: an attempt whose check has just found nothing, its review begun; no file behind it."""

    def make(sequence: int = 1, mandate: str = "survey_county", kind: str = Kind.FULL, **more) -> Delivery:
        with kernel.acting(kernel.system_actor("自动质检")) as by:
            row = Delivery.objects.create(
                no=f"340123-2024-{sequence}", mandate=mandate, organ="ZR340123", county="340123", period="2024",
                sequence=sequence, state=State.REVIEW, stage="city", file_sm3="0" * 64, file_name="a.zip", size=1,
                encoding="", opened=kernel.now(), submitted=kernel.now(), submitted_by=f"汇交员{sequence}", kind=kind, **more,
            )  # fmt: skip
            review.begin(by, row)
        return row

    return make


@pytest.fixture
def case_of():
    """The case in which a delivery is reviewed, as it is now."""

    def find(delivery) -> Case:
        with kernel.acting(kernel.system_actor()):
            key = delivery if isinstance(delivery, int) else delivery.pk
            return Case.objects.get(no=Delivery.objects.get(pk=key).review)

    return find


@pytest.fixture
def waiting(case_of):
    """Nodes of the open tasks of a delivery's case."""
    return lambda delivery: [t["node"] for t in case_of(delivery).state["tasks"].values() if t["state"] == "open"]


@pytest.fixture
def found(checked):
    """`found()`: an error in a county's delivery, as a check without files behind it leaves it."""

    def make(sequence: int = 1) -> StoredFinding:
        row = checked(sequence)
        told = {"delivery": row, "county": row.county}
        with kernel.acting(kernel.system_actor("自动质检")):
            run = CheckRun.objects.create(
                **told, mandate=row.mandate, period=row.period, sequence=sequence, number=1, at=kernel.now(), complete=True,
                errors=1, open_errors=1,
            )  # fmt: skip
            return StoredFinding.objects.create(
                **told, run=run, ordinal=1, rule="DLTB-A10", kind="check", family="属性逻辑", severity="error", layer="DLTB",
                key=f"340123{sequence:014d}", message="图斑地类面积不符", remedy="重算", fingerprint=f"{sequence:032d}",
            )  # fmt: skip

    return make


@pytest.fixture
def ask(found, people):
    """`ask()`: an exception that the county's officer has asked for."""

    def go(sequence: int = 1, by: kernel.Actor | None = None, **more) -> FindingException:
        told = found(sequence)
        facts = {"reason": "省厅批复同意保留", "until": "2099-12-31", "proof": (b"%PDF-1.4 proof", "批复.pdf"), **more}
        return onemap.findings.request(by or people["officer"], told.delivery_id, [told.pk], **facts)

    return go
