"""A bulletin is made, reviewed, signed and published as a case; what is signed stands."""

import pytest
from django.db import IntegrityError, transaction

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.signin import actor_of
from ziyuan.onemap import service as onemap
from ziyuan.onemap.catalogue import errors, issuing
from ziyuan.onemap.catalogue.models import Bulletin
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.effects.registry import kind
from ziyuan.workflow.errors import ActionRefused, NotUndone
from ziyuan.workflow.models import AppliedEffect, Case
from ziyuan.workflow.tasks import actions

room = onemap.catalogue


@pytest.fixture
def maker(db):
    return actor_of(kernel.people("data_reviewer", "340000")[0], kernel.now())


@pytest.fixture
def chief(db):
    return actor_of(kernel.people("province_chief", "340000")[0], kernel.now())


@pytest.fixture
def draft(maker):
    return room.make_bulletin(maker, kernel.today().strftime("%Y-%m"), "首期")


def now_is(row: Bulletin) -> Bulletin:
    with kernel.acting(kernel.system_actor()):
        return Bulletin.objects.get(pk=row.pk)


def case_of(row: Bulletin) -> Case:
    with kernel.acting(kernel.system_actor()):
        return Case.objects.get(no=now_is(row).review)


def waiting(row: Bulletin) -> list[str]:
    return [t["node"] for t in case_of(row).state["tasks"].values() if t["state"] == "open"]


def task_at(row: Bulletin, node: str) -> int:
    return next(t["number"] for t in case_of(row).state["tasks"].values() if t["node"] == node and t["state"] == "open")


def in_case(by: kernel.Actor, row: Bulletin, node: str, action: str, to: str | None = None) -> None:
    workflow.act(by, case_of(row).pk, action, task=task_at(row, node), opinion="意见", to=to)


def whole(row: Bulletin) -> None:
    case = case_of(row)
    with kernel.acting(kernel.system_actor()):
        assert rebuild(case) == (case.state, case.head)
        assert list(verify_case(case)) == []


def test_making_is_the_first_task_done_and_the_review_waits_for_another_person(draft, maker, chief):
    case = case_of(draft)
    assert (waiting(draft), case.county, case.title) == (["review"], "340000", f"{draft.month} 汇交情况通报")
    assert case.state["form"]["owed"] == now_is(draft).figures["total"]["owed"]
    (task,) = [t for t in case.state["tasks"].values() if t["state"] == "open"]
    assert task["holder"] == chief.person, "the maker, the only other one who reviews, is passed over"
    assert [i["node_title"] for i in workflow.tasks_page(chief, q=case.no)["items"]] == ["审核通报"]
    assert workflow.tasks_page(maker, q=case.no)["items"] == []
    whole(draft)


def test_it_goes_through_in_the_cases_page(draft, maker, chief):
    for who, node, state in ((chief, "review", "reviewed"), (chief, "sign", "signed"), (maker, "publish", "published")):
        in_case(who, draft, node, "agree")
        assert now_is(draft).state == state
    told = room.bulletin(maker, draft.pk)
    assert told["signed"] and told["whole"] and told["published"] and told["remark"] == "首期"
    assert (told["reviewed_by"], told["signed_by"]) == (chief.name, chief.name)
    assert told["case"]["status_title"] == "已发布" and case_of(draft).status == "granted"
    with kernel.acting(maker):
        assert kernel.Event.objects.filter(name="bulletin.published", facts__bulletin=draft.no).count() == 1
        assert AppliedEffect.objects.filter(case=case_of(draft)).count() == 1
    whole(draft)


def test_it_goes_through_on_the_bulletins_page(draft, maker, chief):
    for who, verb, node in ((chief, "review", "sign"), (chief, "sign", "publish")):
        room.act_on_bulletin(who, draft.pk, verb)
        assert waiting(draft) == [node]
        stands = room.bulletin(maker, draft.pk)["case"]["waits"]
        assert [w["title"] for w in stands] == [{"sign": "签发通报", "publish": "发布通报"}[node]]
    assert room.act_on_bulletin(maker, draft.pk, "publish").state == "published"
    with pytest.raises(errors.BulletinOutOfTurn):
        room.act_on_bulletin(maker, draft.pk, "publish")
    whole(draft)


def test_sent_back_it_is_counted_again_and_reviewed_again(draft, maker, chief):
    with pytest.raises(errors.WordsWanted):
        room.act_on_bulletin(chief, draft.pk, "return")
    room.act_on_bulletin(chief, draft.pk, "return", "请核对逾期数")
    assert (now_is(draft).state, waiting(draft)) == ("returned", ["draft"])
    assert [a["id"] for a in room.bulletin(maker, draft.pk)["actions"] if a["enabled"]] == ["discard", "remake"]
    assert room.make_bulletin(maker, draft.month).pk == draft.pk, "the month's draft stays the same one"
    before = now_is(draft).cut
    assert room.remake_bulletin(maker, draft.pk).state == "draft"
    assert now_is(draft).cut > before and now_is(draft).remark == "首期" and waiting(draft) == ["review"]
    assert room.bulletin(maker, draft.pk)["whole"]
    with pytest.raises(errors.BulletinOutOfTurn):
        room.remake_bulletin(maker, draft.pk)
    whole(draft)


@pytest.mark.parametrize(("to", "state", "node"), [("draft", "returned", "draft"), ("review", "draft", "review")])
def test_the_signer_sends_back_and_it_passes_the_review_again(draft, maker, chief, to, state, node):
    in_case(chief, draft, "review", "agree")
    in_case(chief, draft, "sign", "return", to)
    assert (now_is(draft).state, now_is(draft).reviewed_by, waiting(draft)) == (state, "", [node])
    if to == "draft":
        room.remake_bulletin(maker, draft.pk)
    assert waiting(draft) == ["review"]
    in_case(chief, draft, "review", "agree")
    assert waiting(draft) == ["sign"]
    whole(draft)


def test_refused_in_review_it_is_given_up_and_the_month_may_be_made_anew(draft, maker, chief):
    in_case(chief, draft, "review", "refuse")
    assert (now_is(draft).state, case_of(draft).status) == ("discarded", "refused")
    assert room.make_bulletin(maker, draft.month).pk != draft.pk
    whole(draft)


def test_its_maker_gives_it_up_and_the_case_is_over(draft, maker, chief):
    assert room.act_on_bulletin(maker, draft.pk, "discard").state == "discarded"
    assert (case_of(draft).status, waiting(draft)) == ("withdrawn", [])
    again = room.make_bulletin(maker, draft.month)
    room.act_on_bulletin(chief, again.pk, "review")
    with pytest.raises(errors.BulletinOutOfTurn):
        room.act_on_bulletin(maker, again.pk, "discard")


def test_the_draft_of_the_month_that_the_node_makes_waits_for_anybody_who_reviews(db, maker, chief):
    made = room.make_bulletin(kernel.system_actor("通报"), kernel.today().strftime("%Y-%m"))
    (task,) = [t for t in case_of(made).state["tasks"].values() if t["state"] == "open"]
    assert (task["node"], task["candidates"]) == ("review", sorted([maker.person, chief.person]))
    assert room.act_on_bulletin(maker, made.pk, "review").state == "reviewed"


def test_a_bulletin_of_before_gets_its_case_with_the_first_word_and_an_issued_one_none(draft, maker, chief):
    with kernel.acting(maker):
        Bulletin.objects.filter(pk=draft.pk).update(review="", no="TB-2020-01-001")
    told = room.bulletin(chief, draft.pk)
    assert told["case"] is None and [a["id"] for a in told["actions"] if a["enabled"]] == ["review", "return"]
    assert room.act_on_bulletin(chief, draft.pk, "review").state == "reviewed" and waiting(draft) == ["sign"]
    room.act_on_bulletin(chief, draft.pk, "sign")
    with kernel.acting(maker):
        Bulletin.objects.filter(pk=draft.pk).update(review="", state="published")
    with pytest.raises(errors.BulletinOutOfTurn):
        room.act_on_bulletin(chief, draft.pk, "review")


# -- who --------------------------------------------------------------------------------------------------------


def test_its_maker_neither_reviews_nor_signs_it_at_either_door(draft, maker):
    with pytest.raises(errors.OwnDraft):
        room.act_on_bulletin(maker, draft.pk, "review")
    with pytest.raises(ActionRefused):
        in_case(maker, draft, "review", "agree")
    told = {a["id"]: a for a in room.bulletin(maker, draft.pk)["actions"]}
    assert not told["review"]["enabled"] and "另一人" in told["review"]["reason"]


def test_without_the_bulletins_own_guard_its_maker_would_review_it(draft, maker, monkeypatch):
    """The control: two guards stand one behind the other, the bulletin's and the case's; without both it goes through."""
    monkeypatch.setattr(issuing, "_own", lambda by, row, step: False)
    with pytest.raises(ActionRefused, match="由您提交"):
        room.act_on_bulletin(maker, draft.pk, "review")
    monkeypatch.setattr(actions, "_avoidance", lambda *told: "")
    assert room.act_on_bulletin(maker, draft.pk, "review").state == "reviewed"


def test_who_counts_it_again_does_not_review_it_either(draft, maker, chief, officer):
    """The case passes over who asked first; the bulletin remembers who made it last."""
    second = officer("data_reviewer", "340000", "t-second")
    room.act_on_bulletin(chief, draft.pk, "return", "请核对")
    room.remake_bulletin(second, draft.pk)
    with pytest.raises(errors.OwnDraft):
        room.act_on_bulletin(second, draft.pk, "review")
    assert room.act_on_bulletin(chief, draft.pk, "review").state == "reviewed"


def test_its_case_is_seen_by_its_people_and_the_signer_sees_no_delivery(draft, maker, chief, make_actor, checked):
    delivery = checked()
    with kernel.acting(kernel.system_actor()):
        review = Case.objects.get(no=delivery.review)
    assert workflow.case_record(chief, case_of(draft).pk)["no"] and workflow.case_record(maker, review.pk)["no"]
    with pytest.raises(kernel_errors.NotFound):
        workflow.case_record(chief, review.pk)
    for role, region in (("data_officer", "340123"), ("data_reviewer", "340100"), ("city_chief", "340100")):
        with pytest.raises(kernel_errors.NotFound):
            workflow.case_record(make_actor(role, region, person=1_000_009), case_of(draft).pk)


# -- it stands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [
    {"digest": "0" * 64}, {"figures": {}}, {"month": "2020-01"}, {"signed_by": "别人"}, {"signature": b"x"}, {"state": "draft"},
])  # fmt: skip
def test_what_is_signed_the_database_lets_nobody_change(draft, maker, chief, change):
    with kernel.acting(maker):
        Bulletin.objects.filter(pk=draft.pk).update(remark="还可以改")  # the control: a draft may change
    for verb in ("review", "sign"):
        room.act_on_bulletin(chief, draft.pk, verb)
    with kernel.acting(maker), pytest.raises(IntegrityError), transaction.atomic():
        Bulletin.objects.filter(pk=draft.pk).update(**change)
    room.act_on_bulletin(maker, draft.pk, "publish")
    for told in (change, {"remark": "改按语"}, {"state": "discarded"}):
        with kernel.acting(maker), pytest.raises(IntegrityError), transaction.atomic():
            Bulletin.objects.filter(pk=draft.pk).update(**told)
    assert room.bulletin(maker, draft.pk)["signed"]


def test_what_is_published_is_not_undone_by_its_case(draft, maker):
    for effect in ("bulletin.publish", "bulletin.discard"):
        with pytest.raises(NotUndone, match=draft.no):
            kind(effect).undo(draft.no, "案一", maker)


def test_a_draft_changed_behind_its_figures_is_found_by_the_case_that_published_it(draft, maker, chief):
    with kernel.acting(maker):
        figures = {**now_is(draft).figures, "families": {"凭空": 1}}
        Bulletin.objects.filter(pk=draft.pk).update(figures=figures)
    for who, verb in ((chief, "review"), (chief, "sign"), (maker, "publish")):
        room.act_on_bulletin(who, draft.pk, verb)
    with kernel.acting(kernel.system_actor()):
        assert any("数字与摘要不符" in str(b) for b in verify_case(case_of(draft)))
