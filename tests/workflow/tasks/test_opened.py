"""Where the matter says so, what was sent on is taken back only until the next has looked at it."""

import pytest

from tests.workflow import small_matter
from tests.workflow.world import FEIXI, HEFEI, breaks
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ActionRefused
from ziyuan.workflow.models import Case, CaseEvent


@pytest.fixture
def sent(world, monkeypatch, tmp_path, request):
    """A provincial case that the county has sent on to the city."""
    matter = kernel.matter("use_control/site_review")
    text = (matter.folder / matter.told["process"]).read_text(encoding="utf-8")
    policies = {**matter.told["policies"], "recall": request.param}
    small_matter.publish(monkeypatch, tmp_path, text, policies=policies)
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    return case


def recall(world, case):
    record = workflow.case_record(world.officer("county_clerk", FEIXI), case.pk)
    return next(a for a in record["actions"] if a["id"] == "recall")


def kinds(case):
    with kernel.acting(kernel.system_actor()):
        return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


@pytest.mark.parametrize("sent", ["unread"], indirect=True)
def test_a_look_of_the_next_ends_it_and_is_an_event_of_the_case_once(world, sent):
    clerk, city = world.officer("county_clerk", FEIXI), world.officer("city_reviewer", HEFEI)
    assert not workflow.read_case(clerk, sent.pk), "the sender has nothing open"
    assert not workflow.read_case(world.officer("city_chief", HEFEI), sent.pk), "it is not the task of the chief"
    assert recall(world, sent)["enabled"]
    assert workflow.read_case(city, sent.pk)
    assert not workflow.read_case(city, sent.pk)
    assert kinds(sent)[-1] == "task_opened"
    assert recall(world, sent)["reason"] == "下一环节已经查看,可请其退回"
    with pytest.raises(ActionRefused, match="已经查看"):
        world.act("county_clerk", FEIXI, sent, "recall")
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=sent.pk)
        assert rebuild(row) == (row.state, row.head)
    assert breaks(verify_cases) == []


@pytest.mark.parametrize("sent", ["unread"], indirect=True)
def test_before_the_look_it_is_taken_back_and_the_next_finds_nothing(world, sent):
    world.act("county_clerk", FEIXI, sent, "recall")
    assert world.waiting(sent) == [("accept", FEIXI)]
    assert not workflow.read_case(world.officer("city_reviewer", HEFEI), sent.pk)
    assert recall_offers(world, sent) == []


def recall_offers(world, case):
    record = workflow.case_record(world.officer("city_reviewer", HEFEI), case.pk)
    return [a["id"] for a in record["actions"]]


@pytest.mark.parametrize("sent", ["undone"], indirect=True)
def test_elsewhere_a_look_changes_nothing_and_leaves_no_event(world, sent):
    """The negative control: the same look under the other policy."""
    before = kinds(sent)
    assert not workflow.read_case(world.officer("city_reviewer", HEFEI), sent.pk)
    assert kinds(sent) == before
    world.act("county_clerk", FEIXI, sent, "recall")
    assert world.waiting(sent) == [("accept", FEIXI)]
