"""外部单位: registered like any unit and never one of ours; its people hold one post, and that post is theirs alone."""

import csv
import io
from datetime import timedelta

import pytest

from tests.kernel.identity.office import (
    CHANGFENG,
    DAY,
    FEIXI,
    HEFEI,
    ORGAN,
    WHY,
    appoint,
    enter,
    officer,
    unit,
)
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel

WATER, NAME, ROLE = "SL340123", "肥西县水利局", "external_handler"


@pytest.fixture
def system(db):
    return officer("system_admin")


@pytest.fixture
def security(db):
    return officer("security_admin")


def register(by, code=WATER, name=NAME, place=FEIXI, **more):
    return kernel.add_organ(by, code=code, name=name, kind="external", place=place, since=DAY, reason=WHY, **more)


def tree(by, day=None, q=""):
    return {i["code"]: (i["name"], i["kind_title"], i["parent"]) for i in kernel.organisation(by, day=day, q=q)["items"]}


def wrong(call, *args, **named):
    with pytest.raises(errors.BadEntry) as refused:
        call(*args, **named)
    return refused.value.facts["fields"]


def test_it_stands_in_the_tree_from_its_day_below_nothing_and_is_found_and_exported(system):
    register(system)
    assert tree(system, DAY - timedelta(1)).keys() == {ORGAN}
    assert tree(system, DAY)[WATER] == (NAME, "外部单位", None)
    assert tree(system, DAY, "水利").keys() == {WATER}
    rows = list(csv.reader(io.StringIO(kernel.organisation_csv(system, day=DAY).decode("utf-8-sig"))))
    assert ["肥西县", "", WATER, NAME, "外部单位"] in [row[:5] for row in rows]


def test_it_is_renamed_and_closed_with_history_and_never_moved(system):
    register(system)
    later = DAY + timedelta(30)
    kernel.rename_organ(system, WATER, name="肥西县水务局", since=later, reason=WHY)
    assert [tree(system, d)[WATER][0] for d in (DAY, later)] == [NAME, "肥西县水务局"]
    with pytest.raises(errors.ChangeRefused, match="外部单位不在本系统的机关之下,不能划转"):
        kernel.move_organ(system, WATER, parent=ORGAN, since=later, reason=WHY)
    kernel.close_organ(system, WATER, until=later, reason=WHY)
    assert WATER not in tree(system, later + timedelta(1))
    told = [c["text"] for c in kernel.unit_record(system, WATER, day=DAY)["changes"]]
    assert told == ["撤销“肥西县水务局”", "“肥西县水利局”更名为“肥西县水务局”", "设立外部单位“肥西县水利局”"]


def test_it_has_no_superior_and_no_divisions_and_one_of_a_name_in_a_region(system):
    assert "parent" in wrong(register, system, parent=ORGAN)
    register(system)
    assert wrong(unit, system, "SL-1", "水资源股", parent=WATER)["parent"].startswith("外部单位之下不设处室")
    assert "已有外部单位“肥西县水利局”" in wrong(register, system, code="SL2")["name"]
    register(system, code="LY340123", name="肥西县林业局")
    with pytest.raises(errors.ChangeRefused, match="已有外部单位“肥西县水利局”"):
        kernel.rename_organ(system, "LY340123", name=NAME, since=DAY, reason=WHY)
    assert "place" in wrong(register, system, code="SL3", place="")


def test_it_is_registered_by_the_system_officer_of_its_region(system, security):
    for by, place in ((system, CHANGFENG), (system, HEFEI), (security, FEIXI)):
        with pytest.raises(errors.NotAllowed):
            register(by, place=place)


def test_its_people_hold_this_post_only_and_nobody_else_does(system, security):
    register(system)
    outside, ours = enter(system, "shui", WATER), enter(system, "anna")
    for role in ("county_clerk", "county_chief", "system_admin", "auditor", "data_officer"):
        assert wrong(appoint, security, outside, role, WATER) == {"role": "外部单位的人员只能任命为“外部单位经办人”"}
    assert wrong(appoint, security, ours, ROLE) == {"role": "“外部单位经办人”只能任命在外部单位"}
    assert wrong(appoint, security, ours, ROLE, WATER)["unit"] == "只能任命到本人所在机关的单位"
    appoint(security, outside, ROLE, WATER)
    assert [r["id"] for r in kernel.unit_record(system, WATER)["roles"]] == [ROLE]
    assert ROLE not in [r["id"] for r in kernel.unit_record(system, ORGAN)["roles"]]


def test_they_are_no_officers_of_the_region_and_are_found_by_their_unit_alone(system, security):
    register(system)
    appoint(security, enter(system, "shui", WATER), ROLE, WATER)
    assert kernel.people(ROLE, FEIXI) == []
    assert [p.user for p in kernel.holders_of(WATER, ROLE)] == ["shui"]
    unit(system, "FX-SL", NAME)  # a division of ours that bears the same name
    assert kernel.units_named(NAME, FEIXI) == ["FX-SL"]
    assert kernel.units_named(NAME, FEIXI, external=True) == [WATER]
    assert kernel.units_named(NAME, CHANGFENG, external=True) == []
