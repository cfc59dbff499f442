"""按流程抄送 (`zy:copy`): when a step is done its people are shown the case, once, with receipt, and never against their post."""

import pytest

from tests.workflow import small_matter
from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks, person
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.models import Case, CaseEvent


@pytest.fixture
def copying(monkeypatch, tmp_path):
    """`copying("accept", text)`: from now on that step of the site review says in `zy:copy` whom to show the case to."""
    matter = kernel.matter("use_control/site_review")
    text = (matter.folder / matter.told["process"]).read_text(encoding="utf-8")
    serial = iter(range(9))

    def publish(node: str, copy: str) -> None:
        changed = text.replace(f'<userTask id="{node}" ', f"<userTask id=\"{node}\" zy:copy='{copy}' ")
        assert changed != text
        small_matter.publish(monkeypatch, tmp_path / str(next(serial)), changed)

    return publish


@pytest.fixture
def opened(world, on_day, copying):
    """`opened(node, text)`: a case of that process which waits for its clerk."""
    def made(node: str, copy: str):
        copying(node, copy)
        on_day("2026-03-04")
        return world.open()

    return made


def copies(world, case):
    return [(c["name"], c["step"], bool(c["read"])) for c in world.state(case).get("copies", {}).values()]


def events(case):
    with kernel.acting(kernel.system_actor()):
        return [(e.kind, e.body) for e in CaseEvent.objects.filter(case=case).order_by("seq")]


def test_when_the_step_is_done_its_people_are_shown_the_case(world, opened):
    case, city = opened("accept", 'role("city_chief", "city")'), world.officer("city_chief", HEFEI)
    assert copies(world, case) == [], "not before"
    world.act("county_clerk", FEIXI, case, "agree")
    assert copies(world, case) == [(city.name, "县级受理初审", False)]
    page = workflow.tasks_page(city, box="copied")["items"]
    assert [(r["case"]["no"], r["unread"], r["copy"]["kind"]) for r in page] == [(case.no, True, "copy")]
    notice = workflow.notices_page(city)["items"][0]
    assert (notice["kind"], notice["text"]) == ("copy", "“县级受理初审”已办:同意,按流程抄送。")
    assert workflow.tasks_count(city) == 0, "a copy is no seat"
    assert workflow.read_case(city, case.pk), "the first look is the receipt"
    assert copies(world, case) == [(city.name, "县级受理初审", True)]
    log = workflow.case_record(city, case.pk)["log"]
    assert [entry["title"] for entry in log[-3:]] == ["办理", "抄送", "阅知"]


def test_without_the_attribute_nobody_is_copied(world, case):
    assert copies(world, case) == []
    assert "copied" not in [kind for kind, _ in events(case)]


def test_the_rows_are_what_the_events_say(world, opened):
    case = opened("accept", 'role("city_chief", "city")')
    world.act("county_clerk", FEIXI, case, "agree")
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        assert rebuild(row) == (row.state, row.head)
    assert breaks(lambda: verify_case(row)) == []


def test_a_step_that_went_back_is_not_done(world, opened):
    case = opened("county_decide", 'role("city_chief", "city")')
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("county_chief", FEIXI, case, "return")
    assert copies(world, case) == []
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("county_chief", FEIXI, case, "agree")
    assert [step for _, step, _ in copies(world, case)] == ["县级决定"], "the deciding step too"


def test_a_step_done_again_is_told_again_to_who_has_read_the_first(world, opened):
    case = opened("accept", 'concatenate(role("city_chief", "city"), role("province_chief", "province"))')
    world.act("county_clerk", FEIXI, case, "agree")
    workflow.read_case(world.officer("province_chief", ANHUI), case.pk)
    world.act("county_chief", FEIXI, case, "return")
    world.act("county_clerk", FEIXI, case, "agree")
    city, province = world.officer("city_chief", HEFEI).name, world.officer("province_chief", ANHUI).name
    step = "县级受理初审"
    assert copies(world, case) == [(city, step, False), (province, step, True), (province, step, False)]


def test_an_opinion_aside_does_not_end_the_step(world, opened):
    case = opened("accept", 'role("city_chief", "city")')
    chief = world.officer("county_chief", FEIXI)
    world.act("county_clerk", FEIXI, case, "add_before", to=str(chief.person), opinion="请先看")
    world.act("county_chief", FEIXI, case, "agree")
    assert copies(world, case) == []
    world.act("county_clerk", FEIXI, case, "agree")
    assert len(copies(world, case)) == 1


def test_nobody_is_shown_what_post_and_region_do_not_let_him_see_and_the_step_is_done_all_the_same(world, opened):
    data = person("data_officer", FEIXI, "t-data", "数据员")
    case = opened("accept", f'[{data.person}, role("city_chief", "city")[1]]')
    world.act("county_clerk", FEIXI, case, "agree")
    assert [name for name, _, _ in copies(world, case)] == [world.officer("city_chief", HEFEI).name]
    body = next(body for kind, body in events(case) if kind == "copied")
    assert "数据员" in body["left_out"][0]
    assert "没有查看本件的权限" in body["left_out"][0]
    assert workflow.tasks_page(data, box="copied")["items"] == []


@pytest.mark.parametrize("text", ["person(form.contact_name)", "for i in 1..100000 return for j in 1..100000 return i*j"])
def test_a_text_that_names_nobody_keeps_no_step_from_being_done_and_the_log_says_why(world, opened, text):
    case = opened("accept", text)
    world.act("county_clerk", FEIXI, case, "agree")
    assert world.waiting(case) == [("county_decide", FEIXI)]
    assert [body["left_out"] != [] for kind, body in events(case) if kind == "copied"] == [True]


def test_whoever_did_the_step_needs_no_copy(world, opened):
    case = opened("accept", 'person at("accept")')
    world.act("county_clerk", FEIXI, case, "agree")
    assert "copied" not in [kind for kind, _ in events(case)]


def test_a_joint_review_is_done_with_its_last_vote(world, on_day, monkeypatch, tmp_path):
    copied = """<userTask id="review" zy:copy='role("city_chief", "city")' """
    text = small_matter.process().replace('<userTask id="review" ', copied)
    small_matter.publish(monkeypatch, tmp_path, text)
    on_day("2026-03-04")
    chiefs = [world.officer("county_chief", FEIXI), *(person("county_chief", FEIXI, f"t-chief{n}", f"负责人{n}") for n in (2, 3))]
    case = world.open(reviewers=[c.person for c in chiefs])
    world.act("county_clerk", FEIXI, case, "agree")
    workflow.act(chiefs[0], case.pk, "agree", opinion="同意")
    assert copies(world, case) == [], "one of three seats"
    workflow.act(chiefs[1], case.pk, "agree", opinion="同意")
    assert [step for _, step, _ in copies(world, case)] == ["会签"]
