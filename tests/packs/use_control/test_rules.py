"""Rules of prior review: plain numbers on their boundaries, and the level table row by row."""

from decimal import Decimal

import pytest

from ziyuan.kernel import service as kernel
from ziyuan.packs.use_control.rules import area_difference, differs, hectares
from ziyuan.workflow.cases.runtime import runtime

D = Decimal
KEY = "use_control/site_review"


@pytest.mark.parametrize(
    ("square_metres", "ha"),
    [("3600", "0.3600"), ("1250.5", "0.1251"), ("1250.49", "0.1250"), ("0", "0.0000")],
)
def test_hectares_are_rounded_half_up_once(square_metres, ha):
    assert hectares(D(square_metres)) == D(ha)


@pytest.mark.parametrize(
    ("declared", "measured", "differ"),
    [
        ("0.36", "3600", False),
        ("0.3601", "3600", False),
        ("0.36011", "3600", True),
        ("0.3599", "3600", False),
        ("0.35989", "3600", True),
    ],
)
def test_a_declared_area_may_miss_by_the_last_printed_digit(declared, measured, differ):
    assert differs(D(declared), D(measured), D("0.0001")) is differ


def test_the_difference_is_not_rounded():
    assert area_difference(D("0.36"), D("3600.01")) == D("-0.000001")


@pytest.mark.parametrize(
    ("level", "cities", "counties", "expected", "row"),
    [
        ("state", 1, 1, "province", 1),
        ("province", 1, 1, "province", 1),
        ("city", 2, 2, "province", 2),
        ("county", 2, 2, "province", 2),
        ("city", 1, 2, "city", 3),
        ("city", 1, 1, "city", 3),
        ("county", 1, 2, "city", 4),
        ("county", 1, 1, "county", 5),
    ],
)
def test_each_row_of_the_level_table(level, cities, counties, expected, row):
    values = {"project_level": level, "cities": cities, "counties": counties}
    found = runtime(KEY).decide("route", values)
    assert (found.value, found.trace[-1]["matched"]) == (expected, [row])


@pytest.mark.parametrize(
    ("farmland", "redline", "proofs"),
    [
        (0, 0, []),
        (D("0.01"), 0, ["farmland_proof"]),
        (0, D("0.01"), ["redline_proof"]),
        (1, 1, ["farmland_proof", "redline_proof"]),
    ],
)
def test_each_row_of_the_proofs_table(farmland, redline, proofs):
    assert runtime(KEY).decide("proofs", {"farmland_area": farmland, "redline_area": redline}).value == proofs


def test_the_statutory_limit_and_the_term_of_the_paper_are_the_laws():
    from datetime import date

    day = date(2026, 11, 25)
    assert runtime(KEY).limits(day) == (20, 10)
    assert kernel.parameter("use_control.site_review.valid_months").on(day) == 36
    assert kernel.parameter("use_control.site_review.notify_days").on(day) == 5
