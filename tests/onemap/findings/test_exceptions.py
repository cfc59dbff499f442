"""Exceptions: asked with proof, approved by other eyes above, scoped, ended by date; negative controls beside each."""

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction

from tests.onemap.findings import small_package as made
from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.findings import errors
from ziyuan.onemap.findings.models import FindingException, FindingNote
from ziyuan.onemap.findings.proof import verify_findings
from ziyuan.onemap.quality import collector

CODE_RULE = "DLTB-DLBM-domain"
findings = onemap.findings


@pytest.fixture
def faulty():
    return made.with_wrong_code(made.lawful(), 9)


def errors_of(attempt) -> list[int]:
    return [f["id"] for f in attempt.findings(severity="error", state="open")]


def relieve(attempt, row) -> None:
    """What the worker does with the event of an approval."""
    from ziyuan.kernel.events.models import Event
    from ziyuan.onemap.deliveries.relief import reconsider

    with kernel.acting(kernel.system_actor("worker")):
        event = Event.objects.filter(name="exception.approved").order_by("pk").last()
        assert event is not None and event.facts["no"] == row.no
        reconsider(event)


def test_an_approved_exception_no_longer_returns_the_delivery(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    assert attempt.state == "returned"
    row = ask(attempt, errors_of(attempt))
    assert attempt.state == "returned" and attempt.counts()["open_errors"] > 0
    findings.approve(people["city"], row.pk, "情况属实")
    assert attempt.counts()["open_errors"] == 0 and attempt.one(CODE_RULE)["state"] == "excepted"
    relieve(attempt, row)
    assert attempt.state == "review"


def test_the_next_attempt_is_covered_too_and_a_new_error_is_not(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    row = ask(attempt, errors_of(attempt))
    findings.approve(people["province"], row.pk)
    second = deliver(made.re_exported(faulty))
    assert second.state == "review" and second.one(CODE_RULE)["exception"]["no"] == row.no
    onemap.deliveries.withdraw(people["officer"], second.id)
    third = deliver(made.with_wrong_code(faulty, 30))
    assert third.state == "returned"
    states = {f["key"]: f["state"] for f in third.findings(rule=CODE_RULE)}
    assert states == {made.key(faulty, 9): "excepted", made.key(faulty, 30): "open"}


def test_nobody_approves_his_own_request(deliver, ask, people, make_actor, faulty):
    """A person of the province who holds both roles asks, and tries to approve; another of the province may."""
    attempt = deliver(faulty)
    both = kernel.Actor(9, "双岗", "ZR340000", "省厅", "340000", frozenset({"data_officer", "data_reviewer"}), "inner")
    people["both"] = both
    row = ask(attempt, errors_of(attempt), by="both")
    with pytest.raises(errors.OwnRequest):
        findings.approve(both, row.pk, "同意")
    same_organ = make_actor("data_reviewer", "340000", "同机关另一人", 10)
    with pytest.raises(errors.OwnRequest):
        findings.approve(same_organ, row.pk, "同意")
    assert findings.one_exception(people["officer"], row.pk)["state"] == "requested"
    assert findings.approve(people["city"], row.pk).state == "approved"


def test_only_a_named_person_of_a_level_above_decides(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    row = ask(attempt, errors_of(attempt))
    with pytest.raises(errors.LevelAbove):
        findings.approve(people["county_reviewer"], row.pk)
    with pytest.raises(errors.LevelAbove):
        findings.approve(kernel.system_actor("自动"), row.pk)
    with pytest.raises(kernel_errors.NotAllowed):
        findings.approve(people["officer"], row.pk)
    for stranger in ("other_city", "neighbour"):
        with pytest.raises(kernel_errors.NotFound):
            findings.approve(people[stranger], row.pk)
    with kernel.acting(people["officer"]):
        assert FindingException.objects.get(pk=row.pk).state == "requested"


def test_an_exception_ends_by_itself_after_its_last_day(deliver, ask, people, faulty, monkeypatch):
    last = kernel.today() + timedelta(days=30)
    attempt = deliver(faulty)
    row = ask(attempt, errors_of(attempt), until=last.isoformat())
    findings.approve(people["city"], row.pk)
    second = deliver(made.re_exported(faulty))
    assert second.state == "review"
    at_day(monkeypatch, last)
    assert second.counts()["open_errors"] == 0
    at_day(monkeypatch, last + timedelta(days=1))
    assert second.counts()["open_errors"] > 0 and second.one(CODE_RULE)["state"] == "open"
    assert second.one(CODE_RULE)["exception"]["state"] == "ended"
    assert findings.one_exception(people["officer"], row.pk)["state_title"] == "已到期"
    assert [e["id"] for e in findings.exceptions(people["officer"], state="ended")["items"]] == [row.pk]
    with kernel.acting(people["officer"]), pytest.raises(errors.ErrorsStandOpen):
        onemap.deliveries.relief.demand_clean(Delivery.objects.get(pk=second.id))


def at_day(monkeypatch, day: date) -> None:
    from ziyuan.onemap.findings import cover, excepting, read, view

    class Clock:
        def __getattr__(self, name):
            return getattr(kernel, name)

        @staticmethod
        def today():
            return day

    for module in (cover, excepting, read, view):
        monkeypatch.setattr(module, "kernel", Clock())


def test_a_withdrawn_exception_covers_nothing(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    row = ask(attempt, errors_of(attempt))
    findings.approve(people["city"], row.pk)
    with pytest.raises(errors.ReasonWanted):
        findings.withdraw(people["city"], row.pk, " ")
    assert findings.withdraw(people["city"], row.pk, "批文已失效").state == "withdrawn"
    assert attempt.counts()["open_errors"] > 0 and attempt.one(CODE_RULE)["state"] == "open"
    with pytest.raises(errors.StateRefused):
        findings.withdraw(people["officer"], row.pk)


def test_a_refused_exception_covers_nothing_and_says_why(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    row = ask(attempt, errors_of(attempt))
    with pytest.raises(errors.ReasonWanted):
        findings.refuse(people["city"], row.pk)
    findings.refuse(people["city"], row.pk, "理由不足")
    told = findings.one_exception(people["officer"], row.pk)
    assert (told["state"], told["opinion"], attempt.one(CODE_RULE)["state"]) == ("refused", "理由不足", "open")
    with pytest.raises(errors.StateRefused):
        findings.approve(people["province"], row.pk)


def test_a_village_is_covered_and_the_next_village_is_not(deliver, ask, people):
    package = made.with_wrong_code(made.with_wrong_code(made.lawful(), 0), 63)
    attempt = deliver(package)
    near, far = sorted(attempt.findings(rule=CODE_RULE), key=lambda f: f["row"])
    assert near["village"] != far["village"]
    row = ask(attempt, [near["id"]], scope="region", region=near["village"])
    findings.approve(people["city"], row.pk)
    states = {f["row"]: f["state"] for f in attempt.findings(rule=CODE_RULE)}
    assert states == {1: "excepted", 64: "open"}
    with pytest.raises(errors.ScopeRefused):
        ask(attempt, [far["id"]], scope="region", region=near["village"])
    for region in ("340121", "340100", "34012", "没有", "340123' OR 1=1"):
        with pytest.raises(errors.ScopeRefused):
            ask(attempt, [far["id"]], scope="region", region=region)


def test_a_fault_only_counted_needs_the_whole_county(deliver, ask, people, monkeypatch):
    """Where only ten of 64 findings are listed, features cannot be excepted one by one; the whole county can."""
    monkeypatch.setattr(collector, "LISTED", 10)
    package = made.lawful()
    package.columns["DLTB"]["DLBM"] = ["0199"] * 64
    attempt = deliver(package)
    found = attempt.findings(rule=CODE_RULE)
    assert len(found) == 10
    with pytest.raises(errors.NotListedOneByOne):
        ask(attempt, [found[0]["id"]])
    row = ask(attempt, [found[0]["id"]], scope="region", region=made.COUNTY)
    findings.approve(people["province"], row.pk)
    rules = {r["rule"]: r for family in attempt.counts()["families"] for r in family["rules"]}
    assert rules[CODE_RULE]["count"] == rules[CODE_RULE]["excepted"] == 64


@pytest.mark.parametrize(("facts", "error"), [
    ({"reason": "  "}, errors.ReasonWanted), ({"proof": None}, errors.ProofWanted),
    ({"proof": (b"", "空.pdf")}, errors.ProofWanted), ({"until": "2020-01-01"}, errors.DayRefused),
    ({"until": "明年"}, errors.DayRefused), ({"scope": "province"}, errors.ScopeRefused),
])  # fmt: skip
def test_a_request_without_reason_proof_or_end_is_refused(deliver, ask, faulty, facts, error):
    attempt = deliver(faulty)
    with pytest.raises(error):
        ask(attempt, errors_of(attempt), **facts)


def test_only_open_findings_of_this_delivery_can_be_excepted(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    with pytest.raises(errors.NothingChosen):
        ask(attempt, [])
    with pytest.raises(errors.NothingChosen):
        ask(attempt, [999_999_999])
    second = deliver(made.re_exported(faulty))
    with pytest.raises(errors.NotToBeExcepted):
        ask(attempt, [attempt.findings(rule=CODE_RULE)[0]["id"]])
    with pytest.raises(kernel_errors.NotFound):
        ask(second, errors_of(second), by="neighbour")
    with pytest.raises(kernel_errors.NotAllowed):
        ask(second, errors_of(second), by="city")


def test_each_step_is_signed_audited_and_done_once_for_a_command(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    before = audited()
    row = ask(attempt, errors_of(attempt), command="e1")
    once = audited()
    assert ask(attempt, errors_of(attempt), command="e1").pk == row.pk
    assert audited() == once > before
    findings.approve(people["city"], row.pk, "同意", "e2")
    decided = audited()
    assert findings.approve(people["city"], row.pk, "同意", "e2").state == "approved"
    assert audited() == decided > once
    with pytest.raises(errors.CommandOfAnother):
        findings.refuse(people["city"], row.pk, "否", "e2")
    told = findings.one_exception(people["officer"], row.pk)
    assert [(n["act"], n["signed"]) for n in told["notes"]] == [("request", True), ("approve", True)]
    with kernel.acting(people["officer"]):
        assert list(verify_findings()) == []


def audited() -> int:
    """Rows in the county's chain of audit."""
    return kernel.AuditHead.objects.get(chain=made.COUNTY).seq


def test_a_note_cannot_be_changed_and_a_forged_one_is_found(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    ask(attempt, errors_of(attempt))
    with kernel.acting(people["officer"]):
        note = FindingNote.objects.get()
        with pytest.raises(ProgrammingError), transaction.atomic():
            FindingNote.objects.update(text="另一个理由")
        FindingNote.objects.create(
            exception=note.exception, county=note.county, at=note.at, person="冒名", organ_name="省厅", act="approve",
            text="同意", payload=bytes(note.payload), signature=bytes(note.signature),
        )  # fmt: skip
        assert [b.what for b in verify_findings()] == ["意见与签名不符"]


def test_an_approval_without_a_signed_note_is_found(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    row = ask(attempt, errors_of(attempt))
    with kernel.acting(people["officer"]):
        FindingException.objects.filter(pk=row.pk).update(state="approved", decided_by="无人")
        assert [b.what for b in verify_findings()] == ["已批准的例外没有批准人的签名意见"]


@pytest.mark.parametrize("who", ["neighbour", "other_city"])
def test_another_county_sees_neither_findings_nor_exceptions(deliver, ask, people, faulty, who):
    attempt = deliver(faulty)
    row = ask(attempt, errors_of(attempt))
    stranger = people[who]
    assert findings.exceptions(stranger)["items"] == [] and findings.disputes(stranger)["items"] == []
    for read in (findings.listing, findings.counts, findings.on_map):
        with pytest.raises(kernel_errors.NotFound):
            read(stranger, attempt.id)
    for form in ("gpkg", "csv", "geojson", "html", "pdf"):
        with pytest.raises(kernel_errors.NotFound):
            onemap.deliveries.report_file(stranger, attempt.id, form)
    for read in (findings.one_exception, lambda by, n: findings.proof_file(by, "exception", n)):
        with pytest.raises(kernel_errors.NotFound):
            read(stranger, row.pk)
    assert findings.exceptions(people["city"])["items"][0]["id"] == row.pk


def test_the_screen_is_told_what_each_may_do(deliver, ask, people, faulty):
    attempt = deliver(faulty)
    assert attempt.one(CODE_RULE)["actions"] == ["except", "dispute"]
    row = ask(attempt, errors_of(attempt))
    offered = {who: {a["id"]: a["enabled"] for a in findings.one_exception(people[who], row.pk)["actions"]}
               for who in ("officer", "city")}  # fmt: skip
    assert offered["officer"] == {"withdraw": True}
    assert offered["city"] == {"approve": True, "refuse": True, "return": True, "withdraw": False}
