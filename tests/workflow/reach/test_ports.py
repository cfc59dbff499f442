"""Ports (短信、手机端): written with the act, sent afterwards once, again after a failure, at last a dead letter."""

import json
from datetime import timedelta

import pytest
from django.db import transaction

from tests.workflow.world import FEIXI, HEFEI, person
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.errors import WrongState
from ziyuan.workflow.models import OutgoingMessage
from ziyuan.workflow.reach import ports as register
from ziyuan.workflow.reach.notices import About, tell
from ziyuan.workflow.reach.sending import MOST_TRIES, send_due


def waiting(**told):
    with kernel.acting(kernel.system_actor()):
        return list(OutgoingMessage.objects.filter(**told).order_by("port"))


def turn():
    return send_due(kernel.system_actor("外发"))


@pytest.fixture
def gateway(monkeypatch):
    """A gateway in the place of the SMS port: `lines` it took; while `down` it refuses."""

    class Gateway:
        title, kinds = "短信", frozenset({"urge"})

        def __init__(self):
            self.lines, self.down = [], False

        def send(self, message):
            if self.down:
                raise ConnectionError("网关没有应答")
            self.lines.append((message.user, message.text))
            return f"R{len(self.lines)}"

    made = Gateway()
    monkeypatch.setattr(register, "_ports", {})
    workflow.register_port("sms", made)
    return made


@pytest.fixture
def urged(world, case):
    city = world.officer("city_reviewer", HEFEI)
    workflow.urge(city, case.pk, text="涉密项目某某工程请抓紧", until=kernel.today())
    return case


def test_a_port_says_kind_number_step_and_day_and_nothing_of_the_content(urged, chief):
    rows = waiting()
    assert [row.port for row in rows] == ["app", "sms"]
    state = {row.text for row in rows}
    assert state == {f"催办:{urged.no},县级决定,2026-03-04"}
    assert all(word not in text for text in state for word in (urged.title, urged.applicant, "涉密", chief.name))


def test_a_message_is_a_file_of_its_own_and_sent_once(urged, chief):
    assert turn() == 2
    assert turn() == 0
    folder = kernel.node().folder("outgoing", "sms")
    row = waiting(port="sms")[0]
    told = json.loads((folder / f"sms-{row.pk}.json").read_text(encoding="utf-8"))
    with kernel.acting(kernel.system_actor()):
        user = kernel.Person.objects.get(pk=chief.person).user
    assert told == {"id": f"sms-{row.pk}", "to": user, "name": chief.name, "text": row.text}
    assert (row.state, row.receipt, row.tries) == ("sent", f"sms-{row.pk}.json", 1)
    assert not list(folder.glob("*.partial"))


def test_sent_again_after_a_crash_it_is_the_same_file(urged):
    turn()
    with kernel.acting(kernel.system_actor()):
        OutgoingMessage.objects.filter(port="sms").update(state="waiting")
    row = waiting(port="sms")[0]
    before = set(kernel.node().folder("outgoing", "sms").iterdir())
    assert turn() == 1
    assert set(kernel.node().folder("outgoing", "sms").iterdir()) == before
    assert waiting(pk=row.pk)[0].state == "sent"


def test_what_the_act_undoes_never_leaves(world, case, chief):
    with pytest.raises(RuntimeError), transaction.atomic():
        with kernel.acting(chief):
            tell([chief.person], About("urge", case.pk, case.no), "x", "urge:9:9")
        raise RuntimeError
    assert waiting() == []
    assert turn() == 0


def test_a_failure_is_tried_again_ever_later_and_ends_as_a_dead_letter(gateway, urged, monkeypatch):
    gateway.down = True
    moment, waits = kernel.now(), []
    for _ in range(MOST_TRIES):
        assert turn() == 0
        row = waiting()[0]
        waits.append(int((row.next_try - moment).total_seconds() // 60))
        assert turn() == 0, "not before its time"
        moment = row.next_try
        monkeypatch.setattr(kernel, "now", lambda moment=moment: moment)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128]
    row = waiting()[0]
    assert (row.state, row.tries, row.error) == ("dead", MOST_TRIES, "网关没有应答")
    gateway.down = False
    monkeypatch.setattr(kernel, "now", lambda: moment + timedelta(days=9))
    assert turn() == 0, "a dead letter waits for a person"
    office = person("system_admin", "340000", "t-office")
    assert [r["id"] for r in workflow.outgoing_page(office, state="dead")["items"]] == [row.pk]
    workflow.send_again(office, row.pk)
    assert turn() == 1
    assert len(gateway.lines) == 1
    with pytest.raises(WrongState):
        workflow.send_again(office, row.pk)


def test_one_that_fails_does_not_hold_up_the_next(gateway, urged, chief, monkeypatch):
    with kernel.acting(chief):
        tell([chief.person], About("urge", urged.pk, urged.no), "第二条", "urge:2:2")
    first = waiting()[0].text
    plain = gateway.send

    def sometimes(message):
        if message.text == first:
            raise ValueError("号码不对")
        return plain(message)

    gateway.send = sometimes
    assert turn() == 1
    assert sorted(row.state for row in waiting()) == ["sent", "waiting"]


def test_who_does_not_want_a_port_is_told_in_his_inbox_only(world, case, chief):
    assert {c["port"]: c["wanted"] for c in workflow.port_choices(chief)} == {"sms": True, "app": True}
    workflow.choose_port(chief, "sms", False)
    city = world.officer("city_reviewer", HEFEI)
    workflow.urge(city, case.pk, text="请抓紧", until=kernel.today())
    assert [row.port for row in waiting()] == ["app"]
    assert workflow.notices_count(chief) == 1
    workflow.choose_port(chief, "sms", True)
    assert {c["port"]: c["wanted"] for c in workflow.port_choices(chief)} == {"sms": True, "app": True}
    with pytest.raises(errors.NotFound):
        workflow.choose_port(chief, "pigeon", True)


def test_a_person_who_left_is_not_written_to(urged, chief):
    kernel.Person.objects.filter(pk=chief.person).update(active=False)
    assert turn() == 0
    assert {row.error for row in waiting()} == {"收件人已停用"}


def test_the_outbox_is_read_by_whoever_runs_the_node_and_nobody_else(urged, chief):
    with pytest.raises(errors.NotAllowed):
        workflow.outgoing_page(chief)
    with pytest.raises(errors.NotAllowed):
        workflow.send_again(chief, waiting()[0].pk)
    with kernel.acting(chief):
        assert OutgoingMessage.objects.count() == 0, "the database shows an officer none"


def test_notices_are_seen_and_read_by_their_person_only(world, urged, chief, clerk):
    notice = workflow.notices_page(chief)["items"][0]
    assert workflow.notices_page(clerk)["items"] == []
    with pytest.raises(errors.NotFound):
        workflow.read_notices(clerk, notice=notice["id"])
    assert workflow.read_notices(clerk) == 0
    assert workflow.notices_count(chief) == 1
    assert workflow.read_notices(chief, notice=notice["id"]) == 1
    assert workflow.notices_page(chief, unread=True)["items"] == []


def test_notices_are_paged_the_latest_first(world, case, chief):
    with kernel.acting(chief):
        for number in range(5):
            tell([chief.person], About("step", case.pk, case.no), str(number), f"n{number}")
            tell([chief.person], About("step", case.pk, case.no), "again", f"n{number}")
    first = workflow.notices_page(chief, limit=3)
    rest = workflow.notices_page(chief, limit=3, after=first["next"])
    assert [n["text"] for n in first["items"] + rest["items"]] == ["4", "3", "2", "1", "0"]
    assert rest["next"] is None
    assert workflow.notices_page(chief, after="²x")["items"] == []
    assert world.waiting(case) == [("county_decide", FEIXI)]
