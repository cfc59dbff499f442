"""Deliveries before their levels: real ones of a small county, and rows that were only checked."""

import pytest

from tests.onemap.deliveries.conftest import deliver, registered, sample  # noqa: F401  (fixtures)
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.signin import actor_of
from ziyuan.onemap.deliveries import review
from ziyuan.onemap.deliveries.models import Delivery, Kind, State
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
