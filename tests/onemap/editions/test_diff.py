"""The difference between two years is exactly what changed, and the flow matrix closes to both."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
import shapely

from tests.onemap import small_county as world
from ziyuan.base import areas
from ziyuan.kernel import service as kernel
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap

Y2024, Y2025 = date(2024, 12, 31), date(2025, 12, 31)
COUNTY = world.COUNTY
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]


@pytest.fixture
def by():
    return kernel.system_actor()


def seal(no, patches, day, by):
    return onemap.seal(no, {"DLTB": world.table(patches)}, county=COUNTY, reference_date=day, by=by)[0]


def reclassed(one: world.Patch, code: str, name: str) -> world.Patch:
    serial = int(one.key[-8:])
    return world.patch(serial, one.shape, code, name, 2025)


def merged(one: world.Patch, other: world.Patch) -> world.Patch:
    return world.patch(
        int(one.key[-8:]), shapely.union(one.shape, other.shape), one.values["DLBM"], one.values["DLMC"], 2025
    )


def next_year(patches: list[world.Patch], seed: int = 3) -> tuple[list[world.Patch], dict[str, set[str]]]:
    """A year with known changes: two reclassed, two merged into one, one renumbered, one gone and one new in its place."""
    after = world.in_year(patches, 2025)
    expected: dict[str, set[str]] = {"update": set(), "insert": set(), "delete": set(), "renumber": set()}
    for place in (2, 9):
        after[place] = reclassed(after[place], "0602", "采矿用地")
        expected["update"].add(after[place].key)
    after[12] = merged(patches[12], patches[13])
    expected["update"].add(after[12].key)
    expected["delete"].add(patches[13].key)
    after[20] = replace(after[20], key=world.key(777), values={**after[20].values, "BSM": world.key(777)})
    expected["renumber"].add(world.key(777))
    after[25] = world.patch(888, patches[25].shape, "0201", "果园", 2025)
    expected["insert"].add(world.key(888))
    expected["delete"].add(patches[25].key)
    del after[13]
    np.random.default_rng(seed).shuffle(after)
    return world.re_exported(after), expected


@pytest.fixture
def two_years(by):
    patches = world.county(6, 6)
    after, expected = next_year(patches)
    return patches, after, expected, seal("A", patches, Y2024, by), seal("B", after, Y2025, by)


def test_the_difference_is_exactly_what_changed(two_years, by):
    _, _, expected, a, b = two_years
    found = onemap.diff("DLTB", COUNTY, a, b, by=by)
    assert {word: {c.key for c in found.items if c.change == word} for word in expected} == expected
    assert found.summary["unchanged"] == 36 - 3 - 2 - 1


def test_the_difference_is_the_same_by_edition_number_and_by_day(two_years, by):
    *_, a, b = two_years
    by_edition = onemap.diff("DLTB", COUNTY, a, b, by=by)
    assert onemap.diff("DLTB", COUNTY, a.pk, b.pk, by=by).items == by_edition.items
    assert onemap.diff("DLTB", COUNTY, Y2024, Y2025, by=by).items == by_edition.items


def test_a_change_says_which_fields_and_whether_the_shape(two_years, by):
    patches, _, _, a, b = two_years
    found = {c.key: c for c in onemap.diff("DLTB", COUNTY, a, b, by=by).items}
    reclassed_, merged_ = found[patches[2].key], found[patches[12].key]
    assert {"DLBM", "DLMC"} <= {f.name for f in reclassed_.fields}
    assert (reclassed_.geometry_changed, merged_.geometry_changed) == (False, True)
    assert merged_.area_after > merged_.area_before


def test_a_merged_patch_has_two_parents_and_the_lost_one_a_child(two_years, by):
    patches, _, _, a, b = two_years
    found = {c.key: c for c in onemap.diff("DLTB", COUNTY, a, b, by=by).items}
    assert {p.key for p in found[patches[12].key].parents} == {patches[12].key, patches[13].key}
    assert [c.key for c in found[patches[13].key].children] == [patches[12].key]


def test_a_renumbered_patch_tells_its_old_number(two_years, by):
    patches, _, _, a, b = two_years
    found = next(c for c in onemap.diff("DLTB", COUNTY, a, b, by=by).items if c.change == "renumber")
    assert (found.key, found.old_key, found.geometry_changed) == (world.key(777), patches[20].key, False)


def test_backwards_the_difference_is_turned_round(two_years, by):
    _, _, expected, a, b = two_years
    back = onemap.diff("DLTB", COUNTY, b, a, by=by).summary
    assert (back["insert"], back["delete"], back["update"]) == (
        len(expected["delete"]), len(expected["insert"]), len(expected["update"]),
    )  # fmt: skip


def test_an_edition_does_not_differ_from_itself(two_years, by):
    *_, b = two_years
    assert onemap.diff("DLTB", COUNTY, b, b, by=by).items == ()


def test_an_edition_of_another_county_is_no_edition_here(two_years, by):
    *_, b = two_years
    with pytest.raises(errors.NoEdition):
        onemap.diff("DLTB", "340121", b, b, by=by)


def sums(patches):
    found: dict[str, Decimal] = {}
    for p in patches:
        found[p.values["DLBM"]] = found.get(p.values["DLBM"], Decimal(0)) + p.values["TBDLMJ"]
        if p.values.get("KCMJ"):
            found["1203"] = found.get("1203", Decimal(0)) + p.values["KCMJ"]
    return found


def closed(patches, total):
    """The same patches with areas closed to a control area, as a delivery has them."""
    given = areas.close_to(total, [p.values["TBMJ"] for p in patches])
    found = []
    for p, area in zip(patches, given, strict=True):
        deducted = areas.ridge_deduction(area, p.values["KCXS"]).deducted if p.values.get("KCXS") else None
        found.append(
            replace(p, values={**p.values, "TBMJ": area, "KCMJ": deducted, "TBDLMJ": area - (deducted or 0)})
        )
    return found


def test_the_flow_matrix_closes_to_both_years(by):
    patches = world.county(6, 6)
    after, _ = next_year(patches)
    total = sum((p.values["TBMJ"] for p in patches), Decimal("0.17"))
    before, after = closed(patches, total), closed(after, total)
    a, b = seal("A", before, Y2024, by), seal("B", after, Y2025, by)
    found = onemap.flow("DLTB", COUNTY, a, b, by=by)
    codes = [c for c, _ in found.classes]
    assert found.closes
    assert {c: s for c, s in zip(codes, map(sum, found.matrix), strict=True) if s} == sums(before)
    assert {c: s for c, s in zip(codes, map(sum, zip(*found.matrix, strict=True)), strict=True) if s} == sums(
        after
    )
    assert found.before == sums(before)
    assert found.after == sums(after)


def test_a_flow_is_the_area_that_changed_class(two_years, by):
    patches, _, _, a, b = two_years
    found = onemap.flow("DLTB", COUNTY, a, b, by=by)
    place = {c: i for i, (c, _) in enumerate(found.classes)}
    gained = found.matrix[place["0301"]][place["0602"]]
    assert abs(gained - patches[2].values["TBMJ"]) <= Decimal("0.05")


def test_a_county_that_lost_land_does_not_close_in_silence(by):
    patches = world.county()
    a, b = seal("A", patches, Y2024, by), seal("B", patches[1:], Y2025, by)
    found = onemap.flow("DLTB", COUNTY, a, b, by=by)
    assert not found.closes
    assert found.difference_m2 == patches[0].values["TBMJ"]
