"""Asking another organ: what it sees, what it answers, what the clock does meanwhile, what becomes of it when nobody does."""

import csv
import io
from datetime import date

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, CHUZHOU, FEIXI, HEFEI, breaks, person, tamper
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.sample import organ_of
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.consulting.turn import pass_due, tell_due
from ziyuan.workflow.errors import ActionRefused, FormIncomplete
from ziyuan.workflow.models import Case, CaseEvent, Consultation

CANARY = "金丝雀项目乙"
SCAN = ("复函.pdf", b"%PDF-1.4 letter")
LAW = "国土空间规划法规 第九条"
SAID = {"verdict": "remarks", "text": "请避让高压走廊。"}


@pytest.fixture
def case(world, on_day):
    """Accepted on Wednesday 4 March 2026, promised until the 18th; its clerk asks."""
    on_day("2026-03-04")
    made = world.open(project_name=CANARY)
    world.act("county_clerk", FEIXI, made, "agree")
    return made


@pytest.fixture
def clerk(world):
    return world.officer("county_clerk", FEIXI)


@pytest.fixture
def asked_organ(world):
    """An officer of a city bureau outside the county's own city."""
    return world.officer("city_reviewer", CHUZHOU)


def ask(by, case, **more):
    told = {"question": "是否同意选址?", "due": date(2026, 3, 11), "to_organ": f"ZR{CHUZHOU}", **more}
    workflow.consult(by, case.pk, **told)


def papers(by, case):
    with kernel.acting(by):
        return list(Case.objects.get(pk=case.pk).papers.order_by("pk").values_list("pk", flat=True))


def shown(by, case):
    return workflow.case_record(by, case.pk)["consulting"]


def waiting(by, box="in", **more):
    return workflow.consultations_page(by, box=box, **more)["items"]


def test_the_organ_asked_sees_the_question_and_what_was_enclosed_and_no_more(case, clerk, asked_organ):
    first, second = papers(clerk, case)[:2]
    ask(clerk, case, papers=[first])
    told = waiting(asked_organ)[0]
    assert (told["question"], told["from_name"], [p["name"] for p in told["papers"]], told["case"]) == (
        "是否同意选址?", clerk.organ_name, ["application.pdf"], None,
    )  # fmt: skip
    file, name = workflow.enclosed_file(asked_organ, told["id"], 1)
    assert (name, kernel.open_file(file.digest).read()[:5]) == ("application.pdf", b"%PDF-")
    for look in (
        lambda: workflow.case_record(asked_organ, case.pk),
        lambda: workflow.paper_file(asked_organ, case.pk, first),
        lambda: workflow.paper_file(asked_organ, case.pk, second),
        lambda: workflow.enclosed_file(asked_organ, told["id"], 2),
        lambda: workflow.enclosed_file(asked_organ, told["id"], 0),
        lambda: workflow.case_file(asked_organ, case.pk, "0" * 64),
    ):
        with pytest.raises(errors.NotFound):
            look()
    assert workflow.cases_page(asked_organ)["items"] == []


def test_nobody_else_sees_or_answers_it(world, case, clerk, asked_organ):
    ask(clerk, case)
    key = waiting(asked_organ)[0]["id"]
    for stranger in (world.officer("county_clerk", CHANGFENG), world.officer("city_reviewer", HEFEI)):
        assert waiting(stranger) == waiting(stranger, "out") == []
        for look in (workflow.consultation, lambda by, n: workflow.answer_consultation(by, n, **SAID)):
            with pytest.raises(errors.NotFound):
                look(stranger, key)
    with kernel.acting(world.officer("county_clerk", CHANGFENG)):
        assert Consultation.objects.count() == 0, "row security stands behind it"
    with kernel.acting(asked_organ):
        assert (Consultation.objects.count(), Case.objects.count(), CaseEvent.objects.count()) == (1, 0, 0)


def test_the_answer_comes_into_the_case_once_and_names_who_gave_it(case, clerk, asked_organ):
    ask(clerk, case)
    key = waiting(asked_organ)[0]["id"]
    for _ in range(2):
        workflow.answer_consultation(asked_organ, key, **SAID, letter=SCAN, letter_no="滁资函〔2026〕3号", command="one")
    told = shown(clerk, case)["items"][0]
    said = told["answer"]
    assert (told["state"], said["by"], said["organ"]) == ("answered", asked_organ.name, asked_organ.organ_name)
    assert workflow.case_file(clerk, case.pk, told["answer"]["letter"]["digest"])[1] == "复函.pdf"
    assert workflow.enclosed_file(asked_organ, key, 0)[1] == "复函.pdf"
    with pytest.raises(ActionRefused, match="已答复"):
        workflow.answer_consultation(asked_organ, key, **SAID)
    log = workflow.case_record(clerk, case.pk)["log"][-1]
    assert (log["title"], log["actor"]) == ("收到征求意见的答复", asked_organ.name)


def clock(by, case):
    return workflow.case_record(by, case.pk)["clock"]


@pytest.fixture
def cited(monkeypatch):
    """The matter cites a law of its own for this stop."""
    told = kernel.matter("use_control/site_review").told
    monkeypatch.setitem(told, "stops", [{"kind": "征求意见", "basis": LAW}])


def test_the_clock_stands_from_the_request_to_the_answer(cited, case, clerk, asked_organ, on_day):
    ask(clerk, case, stop=True)
    assert clock(clerk, case)["standing"] == "征求意见"
    on_day("2026-03-09")
    workflow.answer_consultation(asked_organ, waiting(asked_organ)[0]["id"], **SAID)
    told = clock(clerk, case)
    assert (told["standing"], told["stopped_by"], told["due"]) == ("", {"征求意见": 3}, "2026-03-23"), "5, 6, 9 March"
    assert told["stops"][0]["basis"] == LAW


def test_the_clock_runs_again_after_the_day_due_without_an_answer(cited, case, clerk, asked_organ, on_day):
    system = kernel.system_actor()
    ask(clerk, case, stop=True)
    on_day("2026-03-10")
    assert (tell_due(system), tell_due(system), pass_due(system)) == (1, 0, 0)
    on_day("2026-03-11")
    assert pass_due(system) == 0, "the last day is still his"
    on_day("2026-03-12")
    assert (pass_due(system), pass_due(system)) == (1, 0)
    told = shown(clerk, case)["items"][0]
    assert (told["state"], told["overdue"]) == ("asked", True)
    assert (clock(clerk, case)["standing"], clock(clerk, case)["stopped_by"]) == ("", {"征求意见": 6})
    assert [row["overdue"] for row in waiting(asked_organ, state="overdue")] == [True]
    workflow.answer_consultation(asked_organ, waiting(asked_organ)[0]["id"], **SAID)
    assert shown(clerk, case)["items"][0]["state"] == "answered", "a late answer is taken and stops nothing"
    with kernel.acting(system):
        found = kernel.Event.objects.filter(name__startswith="case.consultation").order_by("pk")
        names = list(found.values_list("name", flat=True))
    assert names == [f"case.consultation_{what}" for what in ("asked", "due", "overdue", "answered")]


def test_two_requests_at_once_stop_the_clock_until_the_later_answer(cited, case, clerk, asked_organ, on_day):
    ask(clerk, case, stop=True)
    ask(clerk, case, stop=True, to_organ="", to_name="省水利厅")
    on_day("2026-03-06")
    workflow.answer_consultation(asked_organ, waiting(asked_organ)[0]["id"], **SAID)
    assert clock(clerk, case)["standing"] == "征求意见"
    on_day("2026-03-09")
    workflow.enter_consultation(clerk, case.pk, 2, **SAID, letter=SCAN)
    assert clock(clerk, case)["stopped_by"] == {"征求意见": 3}, "5, 6, 9 March, once"


def test_a_stop_without_a_law_names_one_and_counts_not(case, clerk):
    with pytest.raises(FormIncomplete) as refused:
        ask(clerk, case, stop=True)
    assert "basis" in refused.value.facts["fields"]
    assert shown(clerk, case)["items"] == [], "nothing was asked"
    ask(clerk, case, stop=True, basis="本局办法")
    told = clock(clerk, case)
    assert (told["standing"], told["stops"][0]["counts"]) == ("", False)


def test_the_letter_of_an_organ_outside_is_entered_with_its_scan(case, clerk, asked_organ):
    ask(clerk, case, to_organ="", to_name="省水利厅")
    assert {a["id"] for a in shown(clerk, case)["acts"]} == {"consultation.ask", "consultation.enter", "consultation.recall"}
    with pytest.raises(FormIncomplete, match="扫描件"):
        workflow.enter_consultation(clerk, case.pk, 1, **SAID)
    workflow.enter_consultation(clerk, case.pk, 1, **SAID, letter=SCAN)
    assert shown(clerk, case)["items"][0]["answer"]["text"] == SAID["text"]


def test_an_organ_in_the_system_answers_itself(case, clerk, asked_organ):
    ask(clerk, case)
    with pytest.raises(ActionRefused):
        workflow.enter_consultation(clerk, case.pk, 1, **SAID, letter=SCAN)


def test_what_is_taken_back_cannot_be_answered(case, clerk, asked_organ):
    ask(clerk, case)
    with pytest.raises(FormIncomplete):
        workflow.recall_consultation(clerk, case.pk, 1, reason="")
    workflow.recall_consultation(clerk, case.pk, 1, reason="已电话核实")
    told = waiting(asked_organ)[0]
    assert (told["state_title"], told["actions"][0]["enabled"]) == ("已收回", False)
    with pytest.raises(ActionRefused, match="已收回"):
        workflow.answer_consultation(asked_organ, told["id"], **SAID)


def test_a_decided_case_asks_and_is_answered_no_more(world, case, clerk, asked_organ):
    ask(clerk, case)
    world.act("county_chief", FEIXI, case, "agree")
    told = waiting(asked_organ)[0]
    assert told["state_title"] == "案件已办结"
    with pytest.raises(ActionRefused, match="已办结"):
        workflow.answer_consultation(asked_organ, told["id"], **SAID)
    with pytest.raises(ActionRefused):
        ask(clerk, case)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"question": " "}, "question"),
        ({"question": "问" * 2001}, "question"),
        ({"due": None}, "due"),
        ({"due": date(2026, 3, 4)}, "due"),
        ({"to_organ": f"ZR{FEIXI}"}, "to_organ"),
        ({"to_organ": "nobody"}, "to_organ"),
        ({"to_organ": "", "to_name": ""}, "to_name"),
        ({"papers": [999_999]}, "papers"),
    ],
)
def test_what_is_missing_is_named(case, clerk, asked_organ, more, field):
    with pytest.raises(FormIncomplete) as refused:
        ask(clerk, case, **more)
    assert field in refused.value.facts["fields"]


def test_a_colleague_without_a_hand_in_the_case_does_not_ask(world, case, asked_organ):
    other = person("county_clerk", FEIXI, user="another-clerk", name="另一经办")
    with pytest.raises(ActionRefused):
        ask(other, case)
    with pytest.raises(errors.NotFound):
        ask(world.officer("county_clerk", CHANGFENG), case)


def test_lists_page_filter_and_export_what_is_ours(case, clerk, asked_organ):
    for n in range(3):
        ask(clerk, case, question=f"=第{n}问")
    workflow.recall_consultation(clerk, case.pk, 1, reason="重复")
    seen, after = [], None
    while True:
        page = workflow.consultations_page(asked_organ, after=after, limit=2)
        seen += [item["number"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [3, 2, 1]
    assert [item["number"] for item in waiting(clerk, "out", state="asked")] == [3, 2]
    assert waiting(clerk, "in") == []
    assert [item["number"] for item in waiting(asked_organ, q="第1问")] == [2]
    rows = list(csv.reader(io.StringIO(workflow.consultations_csv(asked_organ).decode("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == ["'=第2问", "'=第1问", "'=第0问"]
    assert waiting(asked_organ, q="\x00\ud800", after="9" * 40)
    codes = {organ["code"] for organ in workflow.organs(clerk)["items"]}
    assert f"ZR{CHUZHOU}" in codes
    assert f"ZR{FEIXI}" not in codes, "nobody asks himself"
    company = organ_of(ANHUI, "江淮装备有限公司")
    assert company.code not in {organ["code"] for organ in workflow.organs(clerk)["items"]}, "an applicant is no office"


def test_roles_without_cases_are_refused(db, make_actor):
    officer = make_actor("data_officer", FEIXI)
    one = lambda by: workflow.consultation(by, 1)
    for look in (workflow.consultations_page, workflow.consultations_csv, workflow.organs, one):
        with pytest.raises(errors.NotAllowed):
            look(officer)


@pytest.mark.usefixtures("owners_rights")
def test_the_rows_are_what_the_events_say_and_a_changed_one_is_located(case, clerk, asked_organ):
    ask(clerk, case, papers=papers(clerk, case)[:1])
    workflow.answer_consultation(asked_organ, waiting(asked_organ)[0]["id"], **SAID)
    with kernel.acting(kernel.system_actor()):
        found = Case.objects.get(pk=case.pk)
        assert rebuild(found)[0] == found.state
    assert breaks(verify_cases) == []
    tamper("UPDATE workflow_consultation SET question = '别的'")
    assert [b.place for b in breaks(verify_cases)] == [f"{case.no} 征求意见 1"]


def test_the_province_sees_it_on_the_case_alone(world, case, clerk, asked_organ):
    ask(clerk, case)
    chief = world.officer("province_chief", ANHUI)
    assert len(shown(chief, case)["items"]) == 1
    assert waiting(chief) == []
