"""Serving a decision and a list of corrections: who, how, by when, with what proof; what failed is kept."""

from datetime import date, datetime, timedelta

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, box, breaks, seal_county, tamper
from ziyuan.base import sm
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.models import Case, CaseEvent, Service

SLIP = ("送达回证.pdf", b"%PDF-1.4 slip")
ITEM = {"kind": "field", "target": "scale", "text": "请写明建筑面积"}


@pytest.fixture
def decided(world, on_day):
    """Decided and issued on Wednesday 4 March 2026: ten working days to serve it, until the 18th."""
    on_day("2026-03-04")
    case = world.decided()
    workflow.issue_document(case=case.pk)
    return case


@pytest.fixture
def clerk(world):
    return world.officer("county_clerk", FEIXI)


def item(by, case, place=0):
    return workflow.case_record(by, case.pk)["serving"]["items"][place]


def serve(by, case, day="2026-03-05", **more):
    told = {"of": item(by, case)["of"], "way": "直接送达", "receiver": "王磊", "proof": SLIP, **more}
    workflow.serve(by, case.pk, at=datetime.fromisoformat(f"{day}T09:30:00"), **told)


def notes():
    with kernel.acting(kernel.system_actor()):
        found = kernel.Event.objects.filter(name="case.outside").order_by("pk")
        return [(e.facts["status"], e.facts["note"]) for e in found if e.facts.get("note")]


def test_a_decision_is_served_once_with_receiver_and_proof(decided, clerk, on_day):
    assert (item(clerk, decided)["state"], item(clerk, decided)["due"]) == ("waiting", "2026-03-18")
    on_day("2026-03-06")
    for _ in range(2):
        serve(clerk, decided, command="one")
    told = item(clerk, decided)
    assert (told["state"], told["effective"], told["late"], len(told["attempts"])) == ("served", "2026-03-05", False, 1)
    attempt = told["attempts"][0]
    assert (attempt["receiver"], attempt["by"], attempt["at"]) == ("王磊", clerk.name, "2026-03-05T09:30+08:00")
    file, name = workflow.case_file(clerk, decided.pk, attempt["proof"]["digest"])
    assert (name, file.digest) == (SLIP[0], sm.sm3(SLIP[1]).hex())
    with pytest.raises(ActionRefused, match="已由"):
        serve(clerk, decided)


def test_the_applicant_is_told_and_nobody_is_named(decided, clerk, on_day):
    on_day("2026-03-06")
    serve(clerk, decided)
    status, note = notes()[-1]
    assert status == "已批准", "a decided case is not told as running again"
    assert "2026-03-05 直接送达" in note
    assert "王磊" not in note


def test_attempts_that_failed_are_kept_and_the_next_way_is_open(decided, clerk, on_day):
    on_day("2026-03-09")
    serve(clerk, decided, way="邮寄送达", served=False, receiver="", note="地址迁移退回", proof=None)
    serve(clerk, decided, day="2026-03-06")
    told = item(clerk, decided)
    assert [(a["way"], a["served"]) for a in told["attempts"]] == [("邮寄送达", False), ("直接送达", True)]
    assert len(notes()) == 1, "only what reached him is told to him"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"way": "口头送达"}, "way"),
        ({"receiver": " "}, "receiver"),
        ({"proof": None}, "proof"),
        ({"proof": ("a.exe", b"MZ")}, "proof"),
        ({"day": "2026-03-03"}, "at"),
        ({"day": "2026-03-07"}, "at"),
        ({"served": False, "note": ""}, "note"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_written(decided, clerk, on_day, more, field):
    on_day("2026-03-06")
    with pytest.raises(FormIncomplete) as refused:
        serve(clerk, decided, **more)
    assert field in refused.value.facts["fields"]
    assert item(clerk, decided)["attempts"] == []


def test_a_public_notice_counts_when_its_days_have_passed(decided, clerk, on_day):
    """The thirtieth day after 5 March is 4 April."""
    on_day("2026-03-06")
    serve(clerk, decided, way="公告送达", receiver="", proof=("公告.txt", "公告".encode()))
    assert item(clerk, decided)["state"] == "noticed"
    on_day("2026-04-03")
    assert item(clerk, decided)["state"] == "noticed"
    on_day("2026-04-04")
    assert (item(clerk, decided)["state"], item(clerk, decided)["effective"]) == ("served", "2026-04-04")


@pytest.mark.parametrize(("day", "late"), [("2026-03-18", False), ("2026-03-19", True)])
def test_a_decision_not_served_by_its_last_day_is_flagged(decided, clerk, on_day, day, late):
    on_day(day)
    assert item(clerk, decided)["late"] is late
    row = workflow.cases_page(clerk, asks="service")["items"][0]
    assert (row["serving"]["state"], row["serving"]["late"]) == ("waiting", late)
    serve(clerk, decided, day=day)
    assert item(clerk, decided)["late"] is late, "what was served late stays late"


def test_a_list_of_what_is_not_served_empties_as_it_is_served(world, decided, clerk, on_day):
    world.open()
    on_day("2026-03-06")
    assert [row["id"] for row in workflow.cases_page(clerk, asks="service")["items"]] == [decided.pk]
    assert workflow.cases_count(clerk, asks="service") == 1
    serve(clerk, decided, served=False, note="无人")
    assert workflow.cases_count(clerk, asks="service") == 1
    serve(clerk, decided)
    assert workflow.cases_count(clerk, asks="service") == 0


def test_a_list_of_corrections_is_served_too(world, clerk, on_day):
    on_day("2026-03-04")
    case = world.open()
    world.act("county_clerk", FEIXI, case, "correct", items=[ITEM])
    told = item(clerk, case)
    assert (told["of"], told["due"], told["late"]) == ("correction:1", None, False)
    on_day("2026-03-06")
    serve(clerk, case, way="电子送达", receiver="13805510001", proof=("记录.txt", b"ok"))
    assert item(clerk, case)["state"] == "served"
    assert notes()[-1][0] == "待补正"


def test_a_list_that_the_applicant_has_answered_needs_no_service_any_more(world, clerk, on_day):
    on_day("2026-03-04")
    case = world.open()
    world.act("county_clerk", FEIXI, case, "correct", items=[ITEM])
    world.answer(case)
    assert item(clerk, case)["state"] == "answered"
    with pytest.raises(ActionRefused, match="已经答复"):
        serve(clerk, case, day="2026-03-04")


def test_a_site_that_moves_takes_its_services_along(world, clerk, on_day):
    seal_county(CHANGFENG)
    on_day("2026-03-04")
    case = world.open(box(540, 200, 590, 260))
    world.act("county_clerk", FEIXI, case, "correct", items=[{"kind": "vertex", "target": "", "text": "请调整"}])
    serve(clerk, case, day="2026-03-04")
    world.answer(case, box(540, 200, 640, 260))
    with kernel.acting(world.officer("county_clerk", CHANGFENG)):
        assert Service.objects.count() == 1
    assert breaks(verify_cases) == []


def test_only_an_organ_that_handled_the_case_records_it(world, decided, on_day):
    on_day("2026-03-06")
    of = item(world.officer("county_clerk", FEIXI), decided)["of"]
    told = {"of": of, "way": "直接送达", "receiver": "王", "proof": SLIP, "at": kernel.now()}
    city = world.officer("city_reviewer", HEFEI)
    assert workflow.case_record(city, decided.pk)["serving"]["acts"] == []
    with pytest.raises(ActionRefused):
        workflow.serve(city, decided.pk, **told)
    with pytest.raises(errors.NotFound):
        workflow.serve(world.officer("county_clerk", CHANGFENG), decided.pk, **told)
    with pytest.raises(errors.NotFound):
        workflow.case_file(world.officer("province_chief", ANHUI), decided.pk, "0" * 64)


def test_the_rows_are_what_the_events_say(decided, clerk, on_day):
    on_day("2026-03-06")
    serve(clerk, decided, served=False, note="无人", proof=None)
    serve(clerk, decided)
    with kernel.acting(kernel.system_actor()):
        case = Case.objects.get(pk=decided.pk)
        assert rebuild(case)[0] == case.state
        kinds = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))
        rows = list(Service.objects.order_by("number").values_list("number", "served", "effective"))
    assert kinds[-2:] == ["service_failed", "served"]
    assert rows == [(1, False, None), (2, True, date(2026, 3, 5))]
    assert breaks(verify_cases) == []


@pytest.mark.usefixtures("owners_rights")
def test_a_changed_or_added_row_is_located(decided, clerk, on_day):
    on_day("2026-03-06")
    serve(clerk, decided)
    tamper("UPDATE workflow_service SET way = '公告送达'")
    assert [b.place for b in breaks(verify_cases)] == [f"{decided.no} 送达 1"]
    tamper("UPDATE workflow_service SET way = '直接送达', number = 2")
    assert [b.place for b in breaks(verify_cases)] == [f"{decided.no} 送达 1", f"{decided.no} 送达 2"]


def test_ten_working_days_counted_by_hand(decided, clerk):
    """5, 6, 9, 10, 11, 12, 13, 16, 17, 18 March: no holiday among them."""
    day, counted = date(2026, 3, 4), 0
    while counted < 10:
        day += timedelta(days=1)
        counted += day.weekday() < 5
    assert item(clerk, decided)["due"] == day.isoformat()
