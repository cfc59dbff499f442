"""Reminders of the term of telling the applicant once what is missing (一次性告知) and of supervised items, by the clock."""

import pytest

from tests.workflow.world import FEIXI, HEFEI, breaks, person
from ziyuan.kernel import service as kernel
from ziyuan.kernel.models import Post
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.models import Case, OutgoingMessage
from ziyuan.workflow.reach.reminding import remind_due

ITEM = {"kind": "field", "target": "scale", "text": "请写明建筑面积"}
TERMS = ("untold", "untold_late", "supervise_before", "supervise_late")


def turn():
    return remind_due(kernel.system_actor("到期提醒"))


def told(by):
    """What a person was told of these terms, first to last."""
    return [n["kind"] for n in workflow.notices_page(by, limit=200)["items"]][::-1]


def terms(by):
    return [kind for kind in told(by) if kind in TERMS]


def days(on_day, who, first=4, last=24):
    """{day of March: kinds told on it}, two turns a day."""
    found = {}
    for day in range(first, last):
        on_day(f"2026-03-{day:02}")
        before = terms(who)
        turn()
        turn()
        if terms(who) != before:
            found[day] = terms(who)[len(before) :]
    return found


def proven(case):
    with kernel.acting(kernel.system_actor()):
        return breaks(lambda: verify_case(Case.objects.get(pk=case.pk)))


# -- 一次性告知 ----------------------------------------------------------------------------------------------


@pytest.fixture
def handed_in(world, on_day):
    """Handed in on Wednesday 4 March 2026: five working days, so the applicant is to be told by Wednesday the 11th."""
    on_day("2026-03-04")
    return world.open()


def test_before_the_term_ends_and_past_it_the_clerk_is_told_once_each(handed_in, clerk, on_day):
    assert workflow.case_record(clerk, handed_in.pk)["clock"]["notify_due"] == "2026-03-11"
    assert days(on_day, clerk) == {10: ["untold"], 12: ["untold_late"]}
    notices = workflow.notices_page(clerk)["items"]
    assert [n["day"] for n in notices] == ["2026-03-11"] * 2
    assert "自收到申请材料之日起即为受理" in notices[0]["text"]
    log = workflow.case_record(clerk, handed_in.pk)["log"]
    assert [entry["title"] for entry in log[-2:]] == ["提醒办理"] * 2
    assert proven(handed_in) == []


def test_it_goes_out_by_the_ports_without_a_word_of_the_case(handed_in, clerk, on_day):
    on_day("2026-03-10")
    turn()
    with kernel.acting(kernel.system_actor()):
        sent = {m.port: m.text for m in OutgoingMessage.objects.filter(person=clerk.person)}
    assert set(sent) == {"sms", "app"}
    assert sent["sms"] == f"一次性告知提醒:{handed_in.no},县级受理初审,2026-03-11"


def test_whoever_has_told_the_applicant_is_not_reminded(world, handed_in, clerk, on_day):
    on_day("2026-03-05")
    world.act("county_clerk", FEIXI, handed_in, "correct", items=[ITEM])
    assert days(on_day, clerk, 6, 12) == {}
    world.answer(handed_in)
    assert days(on_day, clerk, 12) == {}, "it is told once"


def test_an_accepted_case_has_no_such_term(world, handed_in, clerk, on_day):
    world.act("county_clerk", FEIXI, handed_in, "agree")
    world.act("county_chief", FEIXI, handed_in, "return")
    assert days(on_day, clerk) == {}
    assert workflow.case_record(clerk, handed_in.pk)["clock"]["notify_due"] is None


def test_the_next_day_of_it_is_proven_from_the_events(handed_in):
    with kernel.acting(kernel.system_actor()):
        assert Case.objects.get(pk=handed_in.pk).remind_on.isoformat() == "2026-03-10"
        Case.objects.filter(pk=handed_in.pk).update(remind_on=None)
    assert [b.place for b in proven(handed_in)] == [f"{handed_in.no} remind_on"]


# -- 督办 ----------------------------------------------------------------------------------------------------


@pytest.fixture
def city(world):
    return world.officer("city_chief", HEFEI)


@pytest.fixture
def supervised(case, city):
    """Opened on Wednesday 4 March 2026 for three working days: until Monday the 9th."""
    workflow.supervise(city, case.pk, asks="请说明", days=3)
    return case


def test_who_was_asked_is_told_before_the_day_and_past_it_also_who_asked(supervised, city, chief, on_day):
    assert days(on_day, chief) == {6: ["supervise_before"], 10: ["supervise_late"]}
    assert terms(city) == ["supervise_late"]
    late = next(n for n in workflow.notices_page(city)["items"] if n["kind"] == "supervise_late")
    assert (late["day"], late["text"]) == ("2026-03-09", "合肥市负责人督办“请说明”应于 2026-03-09 前反馈,还没有反馈。")
    assert proven(supervised) == []


def test_a_report_in_time_ends_the_reminders(supervised, city, chief, on_day):
    on_day("2026-03-06")
    workflow.report_supervision(chief, supervised.pk, number=1, report="已办")
    assert days(on_day, chief, 6) == {}
    assert terms(city) == []


def test_the_reminder_does_not_stand_with_the_clock_of_the_case_nor_end_with_it(world, supervised, chief, on_day):
    on_day("2026-03-05")
    world.act("county_chief", FEIXI, supervised, "correct", items=[ITEM])
    assert days(on_day, chief, 5, 8) == {6: ["supervise_before"]}, "the applicant's time is not the organ's"
    world.answer(supervised)
    world.act("county_chief", FEIXI, supervised, "agree")
    assert days(on_day, chief, 9) == {10: ["supervise_late"]}, "the case is closed, the item is not"


def test_an_item_for_tomorrow_is_not_reminded_of_on_the_day_it_comes(case, city, chief, on_day):
    workflow.supervise(city, case.pk, asks="请说明", days=1)
    assert days(on_day, chief, 4, 12) == {6: ["supervise_late"]}


def test_where_the_one_asked_has_left_his_successor_is_told(supervised, chief, on_day):
    after = person("county_chief", FEIXI, "t-after", "后任局长")
    with kernel.acting(kernel.system_actor()):
        Post.objects.filter(person_id=chief.person).update(until="2026-03-05")
    assert days(on_day, after, 5) == {6: ["supervise_before"], 10: ["supervise_late"]}
    assert terms(chief) == []


def test_two_turns_at_once_and_a_later_turn_tell_nothing_twice(supervised, chief, on_day):
    on_day("2026-03-10")
    assert [turn(), turn()] == [1, 0]
    assert terms(chief) == ["supervise_late"], "both days have come: the last is told"
    on_day("2026-03-11")
    assert terms(chief) == ["supervise_late"]
