"""Nobody sees or touches another county's case: in record, list, count, export, inbox, paper, document, map pieces."""

import csv
import io

import pytest
from django.db.models import F

from tests.workflow.world import CHANGFENG, FEIXI, HEFEI, QUANJIAO, box, seal_county
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.errors import ActionRefused
from ziyuan.workflow.models import AppliedEffect, Case, CaseEvent, Document, Paper, Task

CANARY = "金丝雀项目甲"


@pytest.fixture
def case(world):
    found = world.decided(project_name=CANARY)
    workflow.issue_document(case=found.pk)
    return found


@pytest.fixture
def stranger(world):
    return world.officer("county_clerk", CHANGFENG)


def paper_of(case):
    with kernel.acting(kernel.system_actor()):
        return Paper.objects.filter(case=case).first().pk, Document.objects.get().pk


def test_every_representation_is_empty_for_the_next_county(case, stranger):
    paper, document = paper_of(case)
    for look in (
        lambda: workflow.case_record(stranger, case.pk),
        lambda: workflow.paper_file(stranger, case.pk, paper),
        lambda: workflow.document_file(stranger, case.pk, document),
        lambda: workflow.screening_pieces(stranger, case.pk),
        lambda: workflow.summary_pdf(stranger, case.pk),
        lambda: workflow.handover_targets(stranger, case.pk, 1),
        lambda: workflow.act(stranger, case.pk, "agree", opinion="同意。"),
    ):
        with pytest.raises(errors.NotFound):
            look()
    assert workflow.cases_page(stranger)["items"] == []
    assert workflow.cases_page(stranger, q=CANARY, region=FEIXI)["items"] == []
    assert workflow.cases_count(stranger) == 0
    assert CANARY not in workflow.export_csv(stranger).decode()
    assert [workflow.tasks_page(stranger, box=b)["items"] for b in ("todo", "done", "mine")] == [[], [], []]


@pytest.mark.parametrize("model", [Case, CaseEvent, Task, Paper, Document, AppliedEffect])
def test_row_security_stands_behind_every_table(case, stranger, model):
    with kernel.acting(stranger):
        assert model.objects.count() == 0
        if model is not CaseEvent:  # nobody may change an event, wherever it lies
            name = model._meta.pk.name
            assert model.objects.update(**{name: F(name)}) == 0
    assert model.objects.count() == 0, "no session, no row"
    with kernel.acting(kernel.system_actor()):
        assert model.objects.count() > 0


def test_the_levels_above_see_it(world, case):
    for role, region in (("city_reviewer", HEFEI), ("province_chief", "340000")):
        assert workflow.case_record(world.officer(role, region), case.pk)["title"] == CANARY
    with pytest.raises(errors.NotFound):
        workflow.case_record(world.officer("city_reviewer", "341100"), case.pk)


def test_each_touched_county_sees_a_shared_case_and_only_the_holder_acts(world):
    seal_county(CHANGFENG)
    case = world.open(box(540, 200, 640, 260))
    assert case.county == FEIXI
    other = world.officer("county_clerk", CHANGFENG)
    assert workflow.case_record(other, case.pk)["actions"] == []
    with pytest.raises(ActionRefused):
        workflow.act(other, case.pk, "agree", opinion="同意。")
    with pytest.raises(errors.NotFound):
        workflow.case_record(world.officer("county_clerk", QUANJIAO), case.pk)


def test_an_answer_that_moves_into_another_county_is_seen_there(world):
    seal_county(CHANGFENG)
    case = world.open(box(540, 200, 590, 260))
    other = world.officer("county_clerk", CHANGFENG)
    assert workflow.cases_count(other) == 0
    item = {"kind": "vertex", "target": "", "text": "请按红线调整"}
    world.act("county_clerk", FEIXI, case, "correct", items=[item])
    world.answer(case, box(540, 200, 640, 260))
    assert workflow.cases_count(other) == 1
    world.act("county_clerk", FEIXI, case, "agree")
    assert world.state(case)["route"]["level"] == "city"


def test_roles_without_cases_are_refused_at_the_door(case, make_actor):
    officer = make_actor("auditor", FEIXI)
    for look in (
        lambda: workflow.case_record(officer, case.pk),
        lambda: workflow.cases_page(officer),
        lambda: workflow.cases_count(officer),
        lambda: workflow.export_csv(officer),
        lambda: workflow.screening_pieces(officer, case.pk),
    ):
        with pytest.raises(errors.NotAllowed):
            look()


def test_a_cell_of_the_export_never_becomes_a_formula(world):
    world.open(project_name="=HYPERLINK(1)")
    body = workflow.export_csv(world.officer("county_clerk", FEIXI)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[1][1] == "'=HYPERLINK(1)"


def test_lists_page_by_key_without_gap_or_double(world):
    made = [world.open().pk for _ in range(5)]
    clerk = world.officer("county_clerk", FEIXI)
    seen, after = [], None
    while True:
        page = workflow.cases_page(clerk, after=after, limit=2)
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == sorted(made, reverse=True)


@pytest.mark.parametrize("sort", ["due", "opened"])
def test_the_inbox_pages_by_key_without_gap_or_double(world, sort):
    made = [world.open() for _ in range(5)]
    for case in made[:2]:
        world.act("county_clerk", FEIXI, case, "agree")
    clerk = world.officer("county_clerk", FEIXI)
    for box_, count in (("todo", 3), ("mine", 5), ("done", 2)):
        seen, after = [], None
        while True:
            page = workflow.tasks_page(clerk, box=box_, sort=sort, after=after, limit=1)
            seen += [item["id"] for item in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert len(seen) == len(set(seen)) == count


def test_a_hostile_cursor_or_search_is_no_server_error(world):
    clerk = world.officer("county_clerk", FEIXI)
    assert workflow.tasks_page(clerk, q="\x00'%", after="bm90LWpzb24")["items"] == []
    assert workflow.cases_page(clerk, q="\x00\ud800", after="9" * 40, region="99")["items"] == []
