"""By which levels a delivery goes is what the process of its matter does; the expected roads are those of the mandates' texts."""

import pytest

from ziyuan.onemap.deliveries import review
from ziyuan.onemap.deliveries.mandates import mandate, mandates
from ziyuan.workflow.cases.runtime import runtime
from ziyuan.workflow.reviews.levels import levels

MATTER = "survey_monitoring/delivery_review"
# As each mandate said before its levels were the matter's: level, verb, may it be passed over.
THREE = [("county", "submit", False), ("city", "forward", True), ("province", "accept", False)]
ROADS = {
    "survey_county": THREE, "survey_change": THREE,
    "control_lines_feed": [("county", "submit", False), ("province", "accept", False)],
    "land_control_filing": [("county", "submit", False)],
}  # fmt: skip


def test_every_mandate_goes_the_road_that_its_text_said():
    assert {task.id: [(s.level, s.verb, s.optional) for s in review.levels(task)] for task in mandates()} == ROADS


@pytest.mark.parametrize(("way", "organ", "first"), [
    ("reported", "county", "city"), ("reported", "city", "province"), ("reported", "province", "province"),
    ("supplied", "county", "province"), ("supplied", "city", "province"), ("supplied", "province", "province"),
])  # fmt: skip
def test_each_row_of_the_table_of_levels(way, organ, first):
    decided = runtime(MATTER).decide("first_level", {"way": way, "organ_level": organ})
    assert decided.value == first
    walked = levels(MATTER, {"way": way, "organ_level": organ})
    assert [s.level for s in walked] == (["city", "province"] if first == "city" else ["province"])


def test_the_first_stage_is_the_lowest_level_and_none_where_nobody_reviews():
    told = [review.first_stage(mandate(name)) for name in ("survey_county", "control_lines_feed", "land_control_filing")]
    assert told == ["city", "province", ""]
