"""应汇交清单: late is a matter of an announced date, never of opinion."""

from datetime import date, timedelta

import pytest

from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotAllowed
from ziyuan.onemap import service as onemap
from ziyuan.onemap.catalogue.errors import DueDateWrong

COUNTY, MANDATE = "340123", "survey_county"


def _of(by, county=COUNTY, period="2024"):
    return next(o for o in onemap.catalogue.owed(by) if o.county == county and o.period == period and o.mandate == MANDATE)


def test_without_an_announced_date_nothing_is_late(sealed, people):
    assert all(each.late_days == 0 for each in onemap.catalogue.owed(people["province"]))


def test_a_sealed_delivery_is_accepted_and_its_neighbour_owes(sealed, people):
    assert _of(people["province"]).state == "accepted"
    assert _of(people["province"], "340121").state == "due"


def test_the_day_after_the_announced_date_a_missing_delivery_is_late_by_one_day(sealed, people):
    yesterday = kernel.today() - timedelta(days=1)
    onemap.catalogue.announce_due(people["province"], MANDATE, "2024", yesterday, "皖自然资函〔2025〕1号(示例)")
    missing = _of(people["province"], "340121")
    assert (missing.state, missing.late_days, missing.due) == ("late", 1, yesterday)
    assert (_of(people["province"]).state, _of(people["province"]).late_days) == ("accepted", 0)


def test_on_the_last_day_itself_nothing_is_late(sealed, people):
    onemap.catalogue.announce_due(people["province"], MANDATE, "2024", kernel.today(), "示例通知")
    assert _of(people["province"], "340121").state == "due"


def test_a_new_announcement_ends_the_one_before(sealed, people):
    for days in (-1, 30):
        onemap.catalogue.announce_due(
            people["province"], MANDATE, "2024", kernel.today() + timedelta(days=days), "示例通知"
        )
    assert _of(people["province"], "340121").state == "due"


@pytest.mark.parametrize(("due", "source"), [(date(2024, 12, 31), "示例通知"), (date(2025, 3, 1), "  ")])
def test_a_date_before_the_survey_or_without_its_paper_is_refused(db, people, due, source):
    with pytest.raises(DueDateWrong):
        onemap.catalogue.announce_due(people["province"], MANDATE, "2024", due, source)


def test_a_city_announces_no_date_for_the_province(db, people):
    with pytest.raises(NotAllowed):
        onemap.catalogue.announce_due(people["city"], MANDATE, "2024", date(2025, 3, 1), "示例通知")


def test_a_county_sees_only_what_it_owes_itself(sealed, people):
    assert {each.county for each in onemap.catalogue.owed(people["officer"])} == {COUNTY}
    assert {each.county for each in onemap.catalogue.owed(people["neighbour"])} == {"340121"}


def test_a_delivery_under_way_is_delivered_and_a_trial_run_is_none(registered, deliver, sample, people):
    deliver(sample / f"{COUNTY}-2024.zip")
    assert _of(people["city"]).state == "delivered"
    assert {each.mandate for each in onemap.catalogue.owed(people["province"])} == {MANDATE}


def test_another_region_can_be_named_but_shows_nothing(sealed, people):
    assert onemap.catalogue.owed(people["neighbour"], within=COUNTY) == []
