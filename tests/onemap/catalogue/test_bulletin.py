"""通报: counted once, reviewed by another, signed, published, answered; every figure opens its rows."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotAllowed, NotFound
from ziyuan.onemap import service as onemap
from ziyuan.onemap.catalogue.errors import BulletinOutOfTurn, MonthWrong, NoSuchFigure, OwnDraft, WordsWanted
from ziyuan.onemap.catalogue.models import Bulletin

COUNTY = "340123"
room = onemap.catalogue


@pytest.fixture
def chief(make_actor):
    return make_actor("province_chief", "340000", "省处长", person=1_000_009)


@pytest.fixture
def month(db):
    return kernel.today().strftime("%Y-%m")


@pytest.fixture
def draft(returned, sealed, people, month):
    room.announce_due(people["province"], "survey_county", "2024", kernel.today() - timedelta(days=10), "示例通知")
    return room.make_bulletin(people["province"], month)


@pytest.fixture
def published(draft, people, chief):
    for who, verb in ((chief, "review"), (chief, "sign"), (people["province"], "publish")):
        room.act_on_bulletin(who, draft.pk, verb)
    return draft.pk


def test_the_figures_of_the_month_are_those_of_its_deliveries(draft, sealed, people):
    told = next(c for c in room.bulletin(people["province"], draft.pk)["counties"] if c["county"] == COUNTY)
    assert {n: told[n] for n in ("delivered", "accepted", "returned", "first", "first_passed", "corrections")} == {
        "delivered": 2, "accepted": 1, "returned": 1, "first": 1, "first_passed": 0, "corrections": 0,
    }  # fmt: skip
    assert told["first_pass_rate"] == 0.0
    assert told["errors"] > 0 and told["late"] == 0


def test_a_county_that_gave_nothing_is_late_by_the_days_since_the_announced_date(draft, people):
    told = room.bulletin(people["province"], draft.pk)
    missing = next(c for c in told["counties"] if c["county"] == "340121")
    assert (missing["late"], missing["late_days"]) == (1, 10)
    assert told["total"]["late"] == 103, "104 counties owe 2024, one has delivered"


def test_sums_of_counties_are_the_cities_and_the_cities_the_province(draft, people):
    told = room.bulletin(people["province"], draft.pk)
    for name in ("owed", "late", "delivered", "errors", "used"):
        assert sum(c[name] for c in told["cities"]) == told["total"][name] == sum(c[name] for c in told["counties"])


def test_every_figure_opens_rows_that_add_up_to_it(draft, people):
    told = room.bulletin(people["province"], draft.pk)
    for county in told["counties"]:
        for figure in set(told["titles"]) - {"first_pass_rate", "late_days"}:
            rows = room.bulletin_rows(people["province"], draft.pk, figure, county["county"])
            assert sum(r["amount"] for r in rows) == county[figure], figure


def test_a_second_making_gives_the_same_draft(draft, people, month):
    assert room.make_bulletin(people["province"], month).pk == draft.pk


def test_later_deliveries_do_not_move_a_frozen_figure(draft, people, deliver, sample):
    before = room.bulletin(people["province"], draft.pk)["total"]
    deliver(sample / f"{COUNTY}-2025.zip", name=f"{COUNTY}-2025.zip", period="2025")
    assert room.bulletin(people["province"], draft.pk)["total"] == before


def test_a_changed_figure_is_seen(draft, people):
    with kernel.acting(people["province"]):
        row = Bulletin.objects.get(pk=draft.pk)
        row.figures["total"]["late"] = 0
        row.save()
    assert not room.bulletin(people["province"], draft.pk)["whole"]


def test_nobody_reviews_his_own_draft(draft, people):
    with pytest.raises(OwnDraft):
        room.act_on_bulletin(people["province"], draft.pk, "review")


def test_the_steps_come_in_their_order(draft, people, chief):
    with pytest.raises(BulletinOutOfTurn):
        room.act_on_bulletin(chief, draft.pk, "sign")
    with pytest.raises(BulletinOutOfTurn):
        room.act_on_bulletin(people["province"], draft.pk, "publish")


def test_a_signed_bulletin_proves_itself(published, people):
    told = room.bulletin(people["province"], published)
    assert told["signed"] and told["whole"] and told["state"] == "published"


def test_counties_see_a_bulletin_only_when_it_is_published(draft, people, chief):
    with pytest.raises(NotFound):
        room.bulletin(people["officer"], draft.pk)
    for who, verb in ((chief, "review"), (chief, "sign"), (people["province"], "publish")):
        room.act_on_bulletin(who, draft.pk, verb)
    told = room.bulletin(people["officer"], draft.pk)
    assert {c["county"] for c in told["counties"]} == {COUNTY}, "its own rows only"
    assert len(told["cities"]) == 16


def test_a_county_confirms_receipt_once_and_may_object_with_a_reason(published, people):
    officer = people["officer"]
    for _ in range(2):
        room.reply_to_bulletin(officer, published, "receipt")
    with pytest.raises(WordsWanted):
        room.reply_to_bulletin(officer, published, "objection", " ")
    said = room.reply_to_bulletin(officer, published, "objection", "首次汇交系接收节点故障,请核。")
    with pytest.raises(NotAllowed):
        room.answer_objection(people["city"], said.pk, "同意")
    room.answer_objection(people["province"], said.pk, "经核,予以更正。")
    with pytest.raises(BulletinOutOfTurn):
        room.answer_objection(people["province"], said.pk, "再答")
    told = room.bulletin(people["province"], published)["replies"]
    assert [(r["kind"], r["answer"]) for r in told] == [("receipt", ""), ("objection", "经核,予以更正。")]
    assert room.bulletin(people["neighbour"], published)["replies"] == []


@pytest.mark.parametrize("wrong", ["2026", "2026-13", "2999-01", "一月"])
def test_a_month_that_is_none_or_has_not_come_is_refused(db, people, wrong):
    with pytest.raises(MonthWrong):
        room.make_bulletin(people["province"], wrong)


def test_a_city_makes_no_bulletin_of_the_province(db, people, month):
    with pytest.raises(NotAllowed):
        room.make_bulletin(people["city"], month)


def test_an_unknown_figure_is_refused(draft, people):
    with pytest.raises(NoSuchFigure):
        room.bulletin_rows(people["province"], draft.pk, "latte", "340000")


def test_the_paper_says_who_is_late_and_by_how_long(published, people):
    body, name = room.bulletin_pdf(people["province"], published)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
    assert name.endswith(".pdf") and "长丰县" in text and "一次通过率" in text and "103" in text


def test_on_the_first_of_a_month_the_draft_of_the_last_one_is_made(db, clean_lake):
    from ziyuan.onemap.catalogue.monthly import draft_of_last_month

    for _ in range(2):
        draft_of_last_month()
    last = (kernel.today().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    with kernel.acting(kernel.system_actor()):
        assert [b.month for b in Bulletin.objects.all()] == [last]
