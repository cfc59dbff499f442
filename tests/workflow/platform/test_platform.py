"""The number across offices: taken once, late when the platform was away, every step reported in its order, once."""

import json
import shutil
from datetime import timedelta

import pytest

from tests.workflow.world import FEIXI, breaks
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.models import Case, CaseEvent, PlatformReport
from ziyuan.workflow.platform import port
from ziyuan.workflow.platform.folder import Folder

SYSTEM = kernel.system_actor
NUMBER = "3401232026030400001"


@pytest.fixture
def folder():
    """The folder of the default adapter, empty before and after."""
    path = kernel.node().data / "platform"
    shutil.rmtree(path, ignore_errors=True)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def case(world, on_day, folder):
    on_day("2026-03-04")
    made = world.open()
    world.act("county_clerk", FEIXI, made, "agree")
    return made


def answer(folder, case, text=None):
    """The platform lays a number in."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    body = json.dumps({"no": NUMBER}) if text is None else text
    (folder / "in" / f"{case.no}.number.json").write_text(body, encoding="utf-8")


def turn(case):
    """The minute's turn."""
    return workflow.report_to_platform(SYSTEM("统一受理平台"))


def row(case):
    with kernel.acting(SYSTEM()):
        return Case.objects.get(pk=case.pk)


def numbered(case):
    with kernel.acting(SYSTEM()):
        return CaseEvent.objects.filter(case=case, kind="numbered").count()


def out(folder):
    return sorted(path.name for path in (folder / "out").glob("*.json") if "number" not in path.name)


def test_the_number_is_shown_and_found_and_the_event_says_it(world, case, folder):
    answer(folder, case)
    assert turn(case) == 1
    clerk = world.officer("county_clerk", FEIXI)
    told = workflow.case_record(clerk, case.pk)
    assert (told["platform"]["no"], told["platform"]["platform"], told["platform"]["waiting"]) == (NUMBER, "文件交换", 0)
    assert [item["id"] for item in workflow.cases_page(clerk, q=NUMBER)["items"]] == [case.pk]
    found = row(case)
    with kernel.acting(SYSTEM()):
        assert rebuild(found)[0] == found.state
    assert breaks(verify_cases) == []
    assert told["log"][-1]["title"] == "取得统一受理编码"


def test_while_the_platform_is_away_the_case_goes_on_and_the_number_comes_later_once(world, case, folder, on_day):
    assert turn(case) == 0
    assert json.loads((folder / "out" / f"{case.no}.number.json").read_text())["case"] == case.no
    world.act("county_chief", FEIXI, case, "agree")
    assert row(case).status == "granted"
    told = workflow.case_record(world.officer("county_clerk", FEIXI), case.pk)["platform"]
    assert "还没有给出" in told["fault"]
    on_day("2026-03-05")
    answer(folder, case)
    assert turn(case) == 2
    assert (turn(case), numbered(case), row(case).platform_no) == (0, 1, NUMBER)
    steps = [json.loads((folder / "out" / name).read_text()) for name in out(folder)]
    assert [(s["step"], s["number"]) for s in steps] == [("受理", NUMBER), ("办结", NUMBER)]
    assert (steps[1]["result"], steps[1]["organ"]) == ("granted", "肥西县自然资源和规划局")


def test_a_platform_that_stays_away_is_asked_ever_more_rarely(case, folder, monkeypatch):
    moment, waits = kernel.now(), []
    for _ in range(9):
        monkeypatch.setattr(kernel, "now", lambda now=moment: now)
        assert turn(case) == 0
        assert turn(case) == 0, "not before its time"
        with kernel.acting(SYSTEM()):
            waiting = PlatformReport.objects.get()
        waits.append((waiting.next_try - moment) / timedelta(minutes=1))
        moment = waiting.next_try
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert waiting.tries == 9


class Counting(Folder):
    """The default adapter, told to die after it has answered; keeps what it was asked."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.dies = 0

    def number(self, order):
        self.keys.append(order.key)
        found = super().number(order)
        self._die()
        return found

    def report(self, report):
        self.keys.append(report.key)
        super().report(report)
        self._die()

    def _die(self):
        self.dies -= 1
        if self.dies >= 0:
            raise OSError("断线")


@pytest.fixture
def adapter():
    before, made = port.adapter(), Counting()
    workflow.register_platform(made)
    yield made
    workflow.register_platform(before)


def test_whatever_dies_after_the_answer_is_asked_again_under_the_same_key_and_stands_once(case, folder, adapter, on_day):
    answer(folder, case)
    adapter.dies = 2
    assert turn(case) == 0, "the number was given, and lost"
    on_day("2026-03-05")
    assert turn(case) == 0, "lost again"
    on_day("2026-03-06")
    assert turn(case) == 1
    assert adapter.keys == [case.no] * 3 + [f"{case.no}-{row(case).seq - 2:06d}"]
    assert (numbered(case), len(out(folder))) == (1, 1)


def test_a_report_that_was_lost_is_the_same_file_again(case, folder, adapter, on_day):
    answer(folder, case)
    adapter.dies = 0
    turn(case)
    first = {name: (folder / "out" / name).read_bytes() for name in out(folder)}
    with kernel.acting(SYSTEM()):
        PlatformReport.objects.update(sent=None)
    assert turn(case) == 1
    assert {name: (folder / "out" / name).read_bytes() for name in out(folder)} == first


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"no": 7}', '{"no": " "}', json.dumps({"no": "9" * 61})])
def test_an_answer_that_is_none_is_waited_over(case, folder, text):
    answer(folder, case, text)
    assert turn(case) == 0
    assert row(case).platform_no == ""


def test_two_cases_never_bear_one_number(world, case, folder, on_day):
    other = world.open()
    world.act("county_clerk", FEIXI, other, "agree")
    for each in (case, other):
        answer(folder, each)
    assert (turn(case), turn(other)) == (1, 0)
    assert row(other).platform_no == ""
    with kernel.acting(SYSTEM()):
        assert "已属于另一件案件" in PlatformReport.objects.get(case=other).fault


def test_nothing_is_told_of_a_case_before_it_is_accepted(world, folder):
    fresh = world.open()
    assert turn(fresh) == 0
    with kernel.acting(SYSTEM()):
        assert PlatformReport.objects.count() == 0


def test_a_report_names_no_person_and_no_opinion(world, case, folder):
    answer(folder, case)
    world.act("county_chief", FEIXI, case, "agree", opinion="金丝雀意见")
    turn(case)
    body = "".join((folder / "out" / name).read_text() for name in out(folder))
    chief = world.officer("county_chief", FEIXI)
    assert "金丝雀意见" not in body
    assert chief.name not in body
    assert "王磊" not in body
