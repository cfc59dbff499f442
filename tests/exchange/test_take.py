"""Taking packages: once, in order, whatever comes twice, early, late, forged or poisoned."""

import itertools

import pytest
from django.db import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflow.world import breaks
from ziyuan.base import sm
from ziyuan.exchange import crossing, take
from ziyuan.exchange import service as exchange
from ziyuan.exchange.models import Incoming
from ziyuan.exchange.pack import file_name
from ziyuan.exchange.proof import verify_packages

pytestmark = pytest.mark.usefixtures("spool")


@pytest.fixture
def taken(monkeypatch):
    """What the verb of `test.note` was given, in order; it belongs to this test."""
    notes: list[int] = []
    monkeypatch.setitem(crossing.TAKEN, "test.note", lambda message, by: notes.append(message["n"]))
    return notes


def names(spool, folder):
    return sorted(p.name for p in (spool / folder).glob("*.zyp"))


def reason(spool, seq=1):
    return (spool / "bad" / f"{file_name('outer-inner', seq)}.txt").read_text(encoding="utf-8")


def rows():
    return list(Incoming.objects.order_by("seq").values_list("seq", "fault"))


def test_packages_are_taken_in_order_and_kept(spool, post, taken):
    for n in range(3):
        post("test.note", {"n": n})
    assert exchange.take_waiting() == 3
    assert taken == [0, 1, 2]
    assert (names(spool, "in"), len(names(spool, "done"))) == ([], 3)
    assert breaks(verify_packages) == []


def test_a_file_that_comes_again_is_put_away_and_nothing_happens(spool, post, taken):
    body = post("test.note", {"n": 1})
    exchange.take_waiting()
    for _ in range(2):
        (spool / "in" / file_name("outer-inner", 1)).write_bytes(body)
        exchange.take_waiting()
    assert taken == [1]
    assert rows() == [(1, "")]


def test_negative_control_without_the_receipt_a_repeat_would_happen_twice(spool, post, taken, monkeypatch):
    monkeypatch.setattr(take, "_last", lambda stream: 0)
    monkeypatch.setattr(take.Incoming.objects, "create", lambda **_: None)
    body = post("test.note", {"n": 1})
    exchange.take_waiting()
    (spool / "in" / file_name("outer-inner", 1)).write_bytes(body)
    exchange.take_waiting()
    assert taken == [1, 1]


def test_an_early_package_waits_for_the_one_before(spool, post, taken):
    first = post("test.note", {"n": 1}, lay=False)
    post("test.note", {"n": 2})
    assert exchange.take_waiting() == 0
    assert (taken, exchange.counters()["early"]) == ([], 1)
    (spool / "in" / file_name("outer-inner", 1)).write_bytes(first)
    assert exchange.take_waiting() == 2
    assert taken == [1, 2]


def test_a_number_beyond_the_window_is_put_aside(spool, post, taken):
    post("test.note", {"n": 1}, seq=5000)
    exchange.take_waiting()
    assert "超出等待窗口" in reason(spool, 5000)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_with_any_doubles_takes_each_once(spool, outer_key, monkeypatch, data):
    from django.db import transaction

    notes: list[int] = []
    monkeypatch.setitem(crossing.TAKEN, "test.note", lambda message, by: notes.append(message["n"]))
    with transaction.atomic():
        bodies = _bodies(outer_key, 4)
        order = data.draw(
            st.lists(st.integers(0, 3), min_size=4, max_size=10).filter(lambda o: set(o) == {0, 1, 2, 3})
        )
        for n in order:
            (spool / "in" / file_name("outer-inner", n + 1)).write_bytes(bodies[n])
            exchange.take_waiting()
        assert notes == [0, 1, 2, 3]
        assert [seq for seq, _ in rows()] == [1, 2, 3, 4]
        transaction.set_rollback(True)


def _bodies(key: bytes, count: int) -> list[bytes]:
    from ziyuan.exchange.pack import GENESIS
    from ziyuan.exchange.package import build
    from ziyuan.kernel import service as kernel

    made, head = [], GENESIS
    for n in range(count):
        told = {
            "version": 1, "stream": "outer-inner", "seq": n + 1, "prev_head": head, "created": "2026-11-25T08:00:00+00:00",
            "sender": "outer", "recipient": "inner", "grade": 2, "kind": "test.note",
        }  # fmt: skip
        body, head = build(
            told, {"n": n}, {}, kernel.public_key("inner"), lambda p: sm.provider().sm2_sign(key, p)
        )
        made.append(body)
    return made


STRANGER, _ = sm.provider().sm2_generate()


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"key": STRANGER}, "签名不符"),
        ({"recipient": "city"}, "不是本节点"),
        ({"grade": 5}, "级别 5"),
        ({"prev_head": "1" * 64}, "不相接"),
        ({"stream": "city-inner"}, "不属于发出节点"),
    ],
)
def test_a_forged_package_goes_aside_with_its_reason(spool, post, taken, made, says):
    post("test.note", {"n": 1}, **made)
    exchange.take_waiting()
    assert (taken, rows()) == ([], [])
    aside = next(iter((spool / "bad").glob("*.txt"))).read_text(encoding="utf-8")
    assert says in aside


def test_another_package_under_a_taken_number_is_found(spool, post, taken):
    post("test.note", {"n": 1})
    exchange.take_waiting()
    post("test.note", {"n": 99}, seq=1, prev_head="0" * 64)
    exchange.take_waiting()
    assert taken == [1]
    assert "已收过另一个包" in reason(spool)


def test_a_truncated_file_goes_aside_and_the_whole_one_is_taken_later(spool, post, taken):
    body = post("test.note", {"n": 1}, lay=False)
    target = spool / "in" / file_name("outer-inner", 1)
    target.write_bytes(body[:-40])
    exchange.take_waiting()
    assert "与包头不符" in reason(spool)
    target.write_bytes(body)
    exchange.take_waiting()
    assert taken == [1]


def test_poison_of_one_stream_stops_no_other(spool, post, taken):
    (spool / "in" / "city-inner-000000000001.zyp").write_bytes(b"poison")
    post("test.note", {"n": 1})
    exchange.take_waiting()
    assert taken == [1]
    assert names(spool, "bad") == ["city-inner-000000000001.zyp"]


@pytest.mark.parametrize(
    ("kind", "message", "says"),
    [
        ("application.submitted", {"no": "AH-1"}, "KeyError"),
        ("application.answered", {"no": "AH-none", "round": 1}, "没有找到案件"),
        ("application.withdrawn", {"no": "AH-none"}, "没有找到案件"),
        ("no.such.kind", {}, "不认识的种类"),
    ],
)
def test_a_message_that_cannot_be_carried_out_is_noted_and_the_stream_goes_on(
    spool, post, taken, kind, message, says
):
    post(kind, message)
    post("test.note", {"n": 2})
    exchange.take_waiting()
    assert taken == [2]
    assert says in rows()[0][1]
    assert exchange.counters()["faults"] == 1


def test_a_noted_message_runs_again_on_request(spool, post, monkeypatch):
    post("test.note", {"n": 7})
    exchange.take_waiting()
    assert rows()[0][1] == "不认识的种类“test.note”"
    notes: list[int] = []
    monkeypatch.setitem(crossing.TAKEN, "test.note", lambda message, by: notes.append(message["n"]))
    assert exchange.retry("outer-inner", 1) == ""
    assert exchange.retry("outer-inner", 1) == ""
    assert (notes, rows()) == ([7], [(1, "")])


def test_a_database_that_is_away_is_no_fault_of_the_package(spool, post, monkeypatch):
    tries = itertools.count()

    def verb(message, by):
        if next(tries) == 0:
            raise OperationalError("gone")

    monkeypatch.setitem(crossing.TAKEN, "test.note", verb)
    post("test.note", {"n": 1})
    with pytest.raises(OperationalError):
        exchange.take_waiting()
    assert (rows(), len(names(spool, "in"))) == ([], 1)
    exchange.take_waiting()
    assert rows() == [(1, "")]


def test_files_travel_and_are_kept_under_their_digest(spool, post, taken):
    from ziyuan.kernel import service as kernel

    post("test.note", {"n": 1}, {"paper": b"%PDF-paper"})
    exchange.take_waiting()
    assert kernel.open_file(sm.sm3(b"%PDF-paper").hex()).read() == b"%PDF-paper"


def test_a_killed_taking_after_commit_is_finished_by_the_next(spool, post, taken, monkeypatch):
    post("test.note", {"n": 1})
    with monkeypatch.context() as killed:
        killed.setattr(take, "_move", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            exchange.take_waiting()
    assert len(names(spool, "in")) == 1
    exchange.take_waiting()
    assert (taken, len(names(spool, "done"))) == ([1], 1)


def test_one_changed_byte_of_a_kept_package_is_located(spool, post, taken):
    post("test.note", {"n": 1})
    exchange.take_waiting()
    path = spool / "done" / file_name("outer-inner", 1)
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    path.write_bytes(body)
    assert [(b.place, b.what) for b in breaks(verify_packages)] == [
        ("outer-inner 第 1 号", "密封内容与包头不符")
    ]


def test_a_lost_receipt_is_located(spool, post, taken):
    for n in (1, 2):
        post("test.note", {"n": n})
    exchange.take_waiting()
    Incoming.objects.filter(seq=1).update(seq=9)
    assert any("不连续" in b.what for b in breaks(verify_packages))
