"""Rollback and withdrawal: nothing official is deleted, and what was answered before is answered so again."""

from dataclasses import replace
from datetime import date

import pytest

from tests.onemap import small_county as world
from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotAllowed
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap
from ziyuan.onemap.editions import register, undo

Y2022, Y2023, Y2024, Y2025 = (date(y, 12, 31) for y in (2022, 2023, 2024, 2025))
COUNTY = world.COUNTY
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]


@pytest.fixture
def by():
    return kernel.system_actor()


def seal(no, patches, day, by):
    return onemap.seal(no, {"DLTB": world.table(patches)}, county=COUNTY, reference_date=day, by=by)[0]


def named(patches, name, place=0):
    one = patches[place]
    return [*patches[:place], replace(one, values={**one.values, "ZLDWMC": name}), *patches[place + 1 :]]


def name_on(day, by, known=None, place=0):
    key = world.county()[place].key
    found = onemap.asof("DLTB", day, known=known, county=COUNTY, by=by, keys=[key])
    return found[0].attributes["ZLDWMC"] if found else None


def withdraw(edition, by):
    return undo.withdraw(edition, reason="误报", seen=undo.impact_of(edition, by=by).mark, by=by)


def test_a_rollback_is_a_new_edition_with_the_old_content_and_a_reason(by):
    first, second = seal("A", named(world.county(), "旧"), Y2024, by), seal("B", named(world.county(), "新"), Y2025, by)
    back = undo.rollback(first, reason="整县坐标错位", by=by)
    assert (back.kind, back.reason, back.hex_digest, back.reference_date) == ("rollback", "整县坐标错位", first.hex_digest, Y2025)
    assert (name_on(Y2025, by), name_on(Y2025, by, known=second.sealed)) == ("旧", "新")
    assert all(onemap.verify(e, by=by).ok for e in (first, second, back))


def test_a_rollback_repeated_is_one(by):
    first, _ = seal("A", world.county(), Y2024, by), seal("B", named(world.county(), "新"), Y2025, by)
    assert undo.rollback(first, reason="错", by=by).pk == undo.rollback(first, reason="错", by=by).pk


def test_a_withdrawn_edition_speaks_no_more_but_did(by):
    first, second = seal("A", named(world.county(), "旧"), Y2024, by), seal("B", named(world.county(), "新"), Y2025, by)
    gone = withdraw(second, by)
    assert name_on(Y2025, by) == "旧"
    assert name_on(Y2025, by, known=second.sealed) == "新"
    assert gone.withdrawn > second.sealed
    assert [register.state_of(e, onemap.editions(by, "DLTB", COUNTY)) for e in (first, gone)] == ["in_force", "withdrawn"]
    assert onemap.verify(second, by=by).ok


def test_withdrawing_a_correction_brings_the_corrected_edition_back(by):
    first, second = seal("A", named(world.county(), "旧"), Y2024, by), seal("A2", named(world.county(), "正"), Y2024, by)
    assert register.state_of(first, onemap.editions(by, "DLTB", COUNTY)) == "superseded"
    withdraw(second, by)
    assert name_on(Y2024, by) == "旧"


def test_withdrawing_a_superseded_edition_changes_no_answer(by):
    first, _ = seal("A", named(world.county(), "旧"), Y2024, by), seal("A2", named(world.county(), "正"), Y2024, by)
    before = len(onemap.history("DLTB", COUNTY, world.county()[0].key, by=by))
    withdraw(first, by)
    assert name_on(Y2024, by) == "正"
    assert len(onemap.history("DLTB", COUNTY, world.county()[0].key, by=by)) == before


def test_withdrawing_the_only_edition_leaves_an_empty_map_and_its_file(by):
    only = seal("A", world.county(), Y2024, by)
    withdraw(only, by)
    assert not onemap.asof("DLTB", Y2024, county=COUNTY, by=by)
    assert onemap.verify(only, by=by).ok


def test_a_late_year_over_days_that_a_withdrawal_gave_back_reaches_to_their_end(by):
    """The rows of the withdrawn year lie in two pieces; the late delivery says the same and must hold in both."""
    seal("A", world.county(), Y2022, by)
    withdraw(seal("C", named(world.county(), "新"), Y2024, by), by)
    seal("B", named(world.county(), "另", 1), Y2023, by)
    assert [name_on(day, by) for day in (Y2022, Y2023, Y2024, Y2025)] == ["村"] * 4
    assert [name_on(day, by, place=1) for day in (Y2022, Y2023, Y2024, Y2025)] == ["村", "另", "另", "另"]
    assert len(onemap.asof("DLTB", Y2025, county=COUNTY, by=by)) == 30


def test_an_edition_between_others_is_withdrawn_alone(by):
    for day, name in ((Y2023, "一"), (Y2024, "二"), (Y2025, "三")):
        edition = seal(name, named(world.county(), name), day, by)
        middle = edition if day == Y2024 else locals().get("middle")
    withdraw(middle, by)
    assert [name_on(day, by) for day in (Y2023, Y2024, Y2025)] == ["一", "一", "三"]


def test_what_stands_on_an_edition_must_have_been_seen(by):
    first = seal("A", world.county(), Y2024, by)
    mark = undo.impact_of(first, by=by).mark
    second = seal("B", named(world.county(), "新"), Y2025, by)
    assert [d.reference for d in undo.impact_of(first, by=by).standing] == [str(second.pk)]
    with pytest.raises(errors.ImpactNotSeen, match="1 项"):
        undo.withdraw(first, reason="误报", seen=mark, by=by)
    assert name_on(Y2024, by) == "村"


def test_without_a_reason_nothing_is_undone(by):
    first = seal("A", world.county(), Y2024, by)
    for act in (lambda: undo.rollback(first, reason=" ", by=by), lambda: undo.withdraw(first, reason="", seen="", by=by)):
        with pytest.raises(errors.ReasonMissing):
            act()


def test_a_withdrawn_edition_cannot_be_withdrawn_again(by):
    first = seal("A", world.county(), Y2024, by)
    withdraw(first, by)
    with pytest.raises(errors.AlreadyWithdrawn):
        withdraw(first, by)


def test_a_county_officer_may_not_withdraw(by, make_actor):
    first = seal("A", world.county(), Y2024, by)
    with pytest.raises(NotAllowed):
        withdraw(first, make_actor("data_officer", COUNTY))
