"""Mandates as text: what they say is what holds, what they cannot say is refused with the nearest known word."""

from datetime import date

import pytest
import yaml

from ziyuan.base.errors import UnknownName
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import errors
from ziyuan.onemap.deliveries.mandates import mandate, mandates, read_mandate
from ziyuan.onemap.formats.layout import standards_folder

TEXT = yaml.safe_load((standards_folder() / "mandates" / "survey_county.yaml").read_text(encoding="utf-8"))["mandate"]


def read(**change):
    return read_mandate("survey_county", {**TEXT, **change})


def test_every_mandate_of_the_house_can_be_read_and_its_package_too():
    for task in mandates():
        assert task.layout.layers and not (task.review and kernel.matter(task.review).told["subject"] != "delivery")
        assert {la.standard for la in task.layout.layers.values()} <= set(task.standards)


@pytest.mark.parametrize(("change", "why"), [
    ({"organ": "village"}, "organ"),
    ({"kinds": []}, "kinds"),
    ({"kinds": ["full", "half"]}, "kinds"),
    ({"partial": "sometimes"}, "forbidden"),
    ({"partial": "forbidden"}, "partial"),
    ({"precursor": "forbidden"}, "precursor"),
    ({"kinds": ["feed"]}, "feed"),
    ({"period": {"cadence": "daily"}}, "cadence"),
    ({"review": "delivery_review"}, "业务包/事项"),
    ({"review": "a/b/c"}, "业务包/事项"),
    ({"id": "another"}, "文件名"),
])  # fmt: skip
def test_a_mandate_that_contradicts_itself_is_not_used(change, why):
    with pytest.raises(errors.MandateWrong, match=why):
        read(**change)


def test_an_unknown_key_or_name_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="review"):
        read(reviw="survey_monitoring/delivery_review")
    with pytest.raises(UnknownName, match="levels"):  # how a delivery is reviewed is the matter's to say
        read(levels=[{"level": "county", "verb": "submit"}])
    for name in ("survey_countie", "../survey_county", "", "a" * 3000, "²", "\0"):
        with pytest.raises(errors.MandateUnknown):
            mandate(name)


@pytest.mark.parametrize(("cadence", "period", "day"), [
    ("yearly", "2024", date(2024, 12, 31)), ("quarterly", "2024Q1", date(2024, 3, 31)), ("monthly", "2024-02", date(2024, 2, 29)),
])  # fmt: skip
def test_a_period_tells_the_truth_of_its_day(cadence, period, day):
    task = read(period={"cadence": cadence, "first": 2020, "reference": "12-31"})
    assert task.check_period(period, date(2026, 1, 1)) == period and task.reference_date(period) == day
    for wrong in ("2019", "2030", period + "x", "2024Q5", "2024-13"):
        with pytest.raises(errors.PeriodRefused):
            task.check_period(wrong, date(2026, 1, 1))


def test_the_last_day_is_counted_from_the_reference_or_not_known_at_all():
    assert mandate("survey_county").due_date("2024") is None
    assert read(due={"day": "03-31", "years": 1}).due_date("2024") == date(2025, 3, 31)
    assert read(due={"days": 90}).due_date("2024") == date(2025, 3, 31)


@pytest.mark.parametrize(("today", "period"), [
    (date(2026, 11, 25), "2025"), (date(2026, 12, 30), "2025"), (date(2026, 12, 31), "2026"), (date(2027, 1, 1), "2026"),
])  # fmt: skip
def test_the_present_period_is_the_last_whose_day_has_come(today, period):
    assert mandate("survey_county").current_period(today) == period


def test_the_present_month_and_quarter_too():
    told = read(period={"cadence": "monthly", "first": 2020})
    assert told.current_period(date(2026, 1, 1)) == "2025-12" and told.current_period(date(2026, 1, 31)) == "2026-01"
    assert read(period={"cadence": "quarterly", "first": 2020}).current_period(date(2026, 2, 1)) == "2025Q4"
