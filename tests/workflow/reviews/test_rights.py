"""A business is seen by who has a post in it: the reviews of deliveries not by the permits' people, nor the reverse."""

import pytest

from tests.workflow.world import FEIXI
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import sight
from ziyuan.workflow.models import Case

PERMITS = [("county_clerk", FEIXI), ("county_chief", FEIXI), ("city_reviewer", "340100"), ("city_chief", "340100"),
           ("province_chief", "340000")]  # fmt: skip
DATA = [("data_officer", FEIXI), ("data_reviewer", "340100"), ("data_reviewer", "340000")]


def sees_nothing(by, case):
    for look in (
        lambda: workflow.case_record(by, case.pk),
        lambda: workflow.paper_file(by, case.pk, 1),
        lambda: workflow.document_file(by, case.pk, 1),
        lambda: workflow.screening_pieces(by, case.pk),
        lambda: workflow.summary_pdf(by, case.pk),
        lambda: workflow.handover_targets(by, case.pk, 1),
        lambda: workflow.act(by, case.pk, "agree", task=1, opinion="同意。"),
        lambda: workflow.act(by, case.pk, "claim", task=1),
        lambda: workflow.case_message(by, case.pk, "reply"),
        lambda: workflow.stop_clock(by, case.pk, kind="专家评审", reason="x"),
        lambda: workflow.propose_extension(by, case.pk, days=1, reason="x"),
    ):
        with pytest.raises((errors.NotFound, errors.NotAllowed)):
            look()
    assert case.title not in str(workflow.cases_page(by)) and case.title not in str(workflow.cases_page(by, q=case.no))
    assert workflow.cases_count(by, q=case.no) == 0
    assert all(item["matter"] != case.matter for item in workflow.clock_figures(by)["items"])
    for box in ("todo", "done", "mine"):
        assert workflow.tasks_page(by, box=box, q=case.no)["items"] == []


@pytest.mark.parametrize(("role", "region"), PERMITS)
def test_the_people_of_permits_see_no_review_of_a_delivery(checked, case_of, make_actor, role, region):
    case = case_of(checked())
    sees_nothing(make_actor(role, region, person=1_000_009), case)


@pytest.mark.parametrize(("role", "region"), DATA)
def test_the_people_of_data_see_no_permit(world, make_actor, role, region):
    case = world.open()
    sees_nothing(make_actor(role, region, person=1_000_009), case)


@pytest.mark.parametrize(("role", "region"), DATA)
def test_the_control_the_people_of_data_see_the_review(checked, case_of, make_actor, role, region):
    case, by = case_of(checked()), make_actor(role, region)
    assert workflow.case_record(by, case.pk)["no"] == case.no
    assert [c["no"] for c in workflow.cases_page(by)["items"]] == [case.no] and workflow.cases_count(by) == 1
    assert [line["matter"] for line in workflow.clock_figures(by)["items"]] == [case.matter]


@pytest.mark.parametrize("region", ["340121", "341100", "341124"])
def test_another_region_sees_no_review(checked, case_of, make_actor, region):
    case = case_of(checked())
    role = "data_officer" if not region.endswith("00") else "data_reviewer"
    sees_nothing(make_actor(role, region), case)


def test_an_old_case_whose_pack_is_gone_is_seen_by_who_had_a_task_in_it(checked, case_of, make_actor, monkeypatch):
    case = case_of(checked())
    others = [m for m in kernel.matters() if m.key != case.matter]
    monkeypatch.setattr(kernel, "matters", lambda: others)
    for role, seen in (("data_reviewer", True), ("city_chief", False)):
        with kernel.acting(make_actor(role, "340100")) as by:
            assert sight.seen(by).filter(pk=case.pk).exists() is seen


def test_without_the_guard_of_the_business_the_region_alone_would_show_it(checked, case_of, make_actor):
    """The control: row security by region lets the row through; what hides it is the guard."""
    case = case_of(checked())
    with kernel.acting(make_actor("city_chief", "340100")):
        assert Case.objects.filter(pk=case.pk).exists()
