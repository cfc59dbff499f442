"""Control areas: one wrong row and nothing is registered; each row of a wrong table is placed."""

import pytest

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import errors
from ziyuan.onemap.deliveries.control_areas import registered
from ziyuan.onemap.deliveries.models import ControlArea

HEAD = "county,edition,part,class,area_m2,source\n"
GOOD = HEAD + "340123,2024,land,0101,1000.50,省厅\n340123,2024,island,0101,2.00,省厅\n"
deliveries = onemap.deliveries


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_registered_in_any_usual_encoding(db, people, encoding):
    assert deliveries.register_control_areas(GOOD.encode(encoding), people["province"]) == 2
    items = deliveries.control_areas(people["officer"])["items"]
    assert [(i["part"], i["area_m2"], i["source"]) for i in items] == [
        ("island", "2.00", "省厅"), ("land", "1000.50", "省厅")]  # fmt: skip


WRONG = {
    "an unknown county": ("999999,2024,land,0101,1,x", "county"),
    "a city": ("340100,2024,land,0101,1,x", "county"),
    "no year": ("340123,24,land,0101,1,x", "edition"),
    "another part": ("340123,2024,sea,0101,1,x", "part"),
    "no class": ("340123,2024,land,,1,x", "class"),
    "no number": ("340123,2024,land,0101,abc,x", "area_m2"),
    "a negative area": ("340123,2024,land,0101,-1,x", "area_m2"),
    "three decimals": ("340123,2024,land,0101,1.005,x", "area_m2"),
    "not a number": ("340123,2024,land,0101,NaN,x", "area_m2"),
    "a row twice": ("340123,2024,land,0101,1,x", "class"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_row_is_placed_and_nothing_is_registered(db, people, name):
    line, field = WRONG[name]
    with pytest.raises(errors.ControlRowWrong) as refused:
        deliveries.register_control_areas((GOOD + line + "\n").encode(), people["province"])
    assert refused.value.facts["row"] == 4 and refused.value.facts["field"] == field
    with kernel.acting(people["province"]):
        assert ControlArea.objects.count() == 0


def test_a_table_without_its_columns_is_refused(db, people):
    with pytest.raises(errors.ControlHeadWrong, match="class"):
        deliveries.register_control_areas(b"county,edition,part,area_m2,source\n", people["province"])


def test_only_reviewers_register_and_only_their_region(db, people):
    for who in ("officer", "other_city"):
        with pytest.raises(kernel_errors.NotAllowed):
            deliveries.register_control_areas(GOOD.encode(), people[who])


def test_registering_again_replaces_the_countys_edition_whole(db, people):
    deliveries.register_control_areas(GOOD.encode(), people["province"])
    deliveries.register_control_areas((HEAD + "340123,2024,land,0102,7.00,更正\n").encode(), people["province"])
    with kernel.acting(people["province"]):
        assert [(r["class"], str(r["area_m2"])) for r in registered("340123", "2024")] == [("0102", "7.00")]
