"""The page of a delivery, or of an exception, and the case's page at the same moment.

One word counts, and neither door waits for the other for ever.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connection, connections, transaction

from ziyuan.base.errors import UserError
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.signin import actor_of
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import acts, review
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote, State
from ziyuan.onemap.findings.models import CheckRun, FindingException, FindingNote, StoredFinding
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.models import Case

COUNTY, CITY = "341124", "341100"
deliveries = onemap.deliveries


def in_review(year: int) -> Delivery:
    with kernel.acting(kernel.system_actor("自动质检")) as by:
        row = Delivery.objects.create(
            no=f"{COUNTY}-{year}-1", mandate="survey_county", organ=f"ZR{COUNTY}", county=COUNTY, period=str(year), sequence=1,
            state=State.REVIEW, stage="city", file_sm3="0" * 64, file_name="a.zip", size=1, encoding="", opened=kernel.now(),
            submitted=kernel.now(), submitted_by="汇交员",
        )  # fmt: skip
        review.begin(by, row)
    return row


def case_of(row: Delivery | FindingException) -> Case:
    with kernel.acting(kernel.system_actor()):
        return Case.objects.get(no=row.review)


@pytest.fixture
def city(committed_db) -> kernel.Actor:
    return actor_of(kernel.people("data_reviewer", CITY)[0], kernel.now())


def test_both_doors_at_once_carry_out_one_word(city):
    for year in range(2041, 2047):
        row = in_review(year)
        case = case_of(row)
        number = next(t["number"] for t in case.state["tasks"].values() if t["node"] == "city_review")
        gate = Barrier(2)

        def tried(act, gate=gate) -> str:
            try:
                gate.wait()
                act()
            except UserError as refused:
                return type(refused).__name__
            finally:
                connections.close_all()
            return "done"

        with ThreadPoolExecutor(2) as pool:
            by_delivery = pool.submit(tried, lambda row=row: deliveries.forward(city, row.pk, "同意"))
            by_case = pool.submit(
                tried, lambda case=case, number=number: workflow.act(city, case.pk, "agree", task=number, opinion="同意")
            )
            told = [by_delivery.result(60), by_case.result(60)]
        assert sorted(told)[1] == "done" and sorted(told)[0] in ("AlreadyForwarded", "ActionRefused"), told
        with kernel.acting(kernel.system_actor()):
            assert DeliveryNote.objects.filter(delivery=row, act="forward").count() == 1
            assert Delivery.objects.get(pk=row.pk).stage == "province"
            assert list(verify_case(case_of(row))) == []


@pytest.mark.parametrize(("order", "free"), [(acts.held, True), (acts.locked, False)], ids=["as it is", "control"])
def test_the_case_is_locked_before_the_delivery(city, monkeypatch, order, free):
    """Somebody acts in the case: whoever comes by the delivery's door waits before he holds the delivery.

    The control: with the delivery locked first each would hold what the other wants.
    """
    row = in_review(2051 + free)
    monkeypatch.setattr(acts, "held", order)

    def forwards() -> None:
        try:
            deliveries.forward(city, row.pk, "同意")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with kernel.acting(kernel.system_actor()):
            Case.objects.select_for_update().get(no=row.review)
            other = pool.submit(forwards)
            _until_somebody_waits()
            try:
                with transaction.atomic():
                    Delivery.objects.select_for_update(nowait=True).get(pk=row.pk)
                got = True
            except OperationalError:
                got = False
        other.result(60)
    assert got is free


def _until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute(
                "SELECT count(*), pg_sleep(0.05) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited")


# -- an exception -----------------------------------------------------------------------------------------------


def asked(year: int) -> FindingException:
    """An exception that the county asks for on an error of a delivery of that year."""
    row = in_review(year)
    with kernel.acting(kernel.system_actor("自动质检")):
        told = {"delivery": row, "county": COUNTY}
        run = CheckRun.objects.create(
            **told, mandate=row.mandate, period=row.period, sequence=1, number=1, at=kernel.now(), complete=True, errors=1,
            open_errors=1,
        )  # fmt: skip
        found = StoredFinding.objects.create(
            **told, run=run, ordinal=1, rule="DLTB-A10", kind="check", family="属性逻辑", severity="error", layer="DLTB",
            key=f"341124{year:014d}", message="图斑地类面积不符", remedy="重算", fingerprint=f"{year:032d}",
        )  # fmt: skip
    officer = actor_of(kernel.people("data_officer", COUNTY)[0], kernel.now())
    proof = (b"%PDF-1.4 proof", "批复.pdf")
    return onemap.findings.request(officer, row.pk, [found.pk], reason="批复同意保留", until="2099-12-31", proof=proof)


@pytest.mark.parametrize("second", ["by its case", "by the province"])
def test_two_words_on_an_exception_at_once_are_one_decision(city, second):
    row = asked({"by its case": 2061, "by the province": 2062}[second])
    province = actor_of(kernel.people("data_reviewer", "340000")[0], kernel.now())
    case = case_of(row)
    number = next(t["number"] for t in case.state["tasks"].values() if t["node"] == "city_decide")
    gate = Barrier(2)

    def tried(act) -> str:
        try:
            gate.wait()
            act()
        except UserError as refused:
            return type(refused).__name__
        finally:
            connections.close_all()
        return "done"

    others = {
        "by its case": lambda: workflow.act(city, case.pk, "refuse", task=number, opinion="理由不足"),
        "by the province": lambda: onemap.findings.refuse(province, row.pk, "理由不足"),
    }
    with ThreadPoolExecutor(2) as pool:
        approving = pool.submit(tried, lambda: onemap.findings.approve(city, row.pk, "同意"))
        refusing = pool.submit(tried, others[second])
        told = [approving.result(60), refusing.result(60)]
    assert sorted(told)[1] == "done" and sorted(told)[0] in ("StateRefused", "ActionRefused"), told
    with kernel.acting(kernel.system_actor()):
        assert FindingNote.objects.filter(exception=row).exclude(act="request").count() == 1
        assert list(verify_case(case_of(row))) == []
