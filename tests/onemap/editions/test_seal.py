"""Sealing a delivery: what changes in the map, on two clocks."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
import shapely

from tests.onemap import small_county as world
from ziyuan.base.geometry import PlaneBatch
from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotAllowed
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap
from ziyuan.onemap.differences.values import arrow_type
from ziyuan.onemap.editions import lake, rows
from ziyuan.onemap.editions.digests import feature_digests
from ziyuan.onemap.editions.layers import layer

Y2023, Y2024, Y2025 = date(2023, 12, 31), date(2024, 12, 31), date(2025, 12, 31)
COUNTY = world.COUNTY
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]


@pytest.fixture
def by():
    return kernel.system_actor()


def seal(no, patches, day, by):
    return onemap.seal(no, {"DLTB": world.table(patches)}, county=COUNTY, reference_date=day, by=by)[0]


def asof(day, by, known=None):
    return {f.key: f for f in onemap.asof("DLTB", day, known=known, county=COUNTY, by=by)}


def changed(patches, place, code, name):
    one = patches[place]
    return [
        *patches[:place],
        replace(one, values={**one.values, "DLBM": code, "DLMC": name}),
        *patches[place + 1 :],
    ]


def test_a_first_edition_holds_every_feature_from_its_reference_date_on(by):
    edition = seal("A", world.county(), Y2024, by)
    assert (edition.features, edition.inserted, edition.unchanged) == (30, 30, 0)
    assert len(asof(Y2024, by)) == 30
    assert not asof(date(2024, 12, 30), by)


def test_sealed_shapes_give_back_the_delivered_integers(by):
    patches = world.county()
    seal("A", patches, Y2024, by)
    found = asof(Y2024, by)
    stored = PlaneBatch.from_4490([found[p.key].geometry for p in patches], world.ZONE)
    delivered = PlaneBatch.from_shapely([p.shape for p in patches], world.ZONE)
    assert (stored.coords == delivered.coords).all()


def test_a_re_export_changes_nothing_and_keeps_every_row(by):
    patches = world.county()
    first = seal("A", patches, Y2024, by)
    before = asof(Y2024, by)
    second = seal("B", world.re_exported(world.in_year(patches, 2025)), Y2025, by)
    assert (second.inserted, second.updated, second.deleted, second.unchanged) == (0, 0, 0, 30)
    assert second.hex_digest == first.hex_digest
    assert {k: f.fid for k, f in asof(Y2025, by).items()} == {k: f.fid for k, f in before.items()}


def test_the_year_of_an_unchanged_patch_is_that_of_the_edition_asked_for(by):
    patches = world.county()
    seal("A", patches, Y2024, by)
    seal("B", world.in_year(patches, 2025), Y2025, by)
    key = patches[0].key
    assert asof(Y2024, by)[key].attributes["SJNF"] == 2024
    assert asof(Y2025, by)[key].attributes["SJNF"] == 2025


def test_a_change_of_the_next_year_leaves_the_year_before_as_it_was(by):
    patches = world.county()
    seal("A", patches, Y2024, by)
    edition = seal("B", changed(patches, 3, "0602", "采矿用地"), Y2025, by)
    assert (edition.updated, edition.unchanged) == (1, 29)
    key = patches[3].key
    assert asof(Y2024, by)[key].attributes["DLBM"] == "0702"
    assert asof(Y2025, by)[key].attributes["DLBM"] == "0602"


def test_bitemporal_case_by_hand_a_later_year(by):
    """One patch, two years: the old row closed, its past entered again, the new state open."""
    patches = world.county(1, 1)
    a = seal("A", patches, Y2024, by)
    b = seal("B", changed(patches, 0, "0602", "采矿用地"), Y2025, by)
    told = [
        (f.attributes["DLBM"], f.valid_from, f.valid_to, f.known_from, f.known_to, f.edition)
        for f in onemap.history("DLTB", COUNTY, patches[0].key, by=by)
    ]
    assert sorted(told, key=lambda t: (t[3], t[1])) == [
        ("0101", Y2024, None, a.sealed, b.sealed, a.pk),
        ("0101", Y2024, Y2025, b.sealed, None, a.pk),
        ("0602", Y2025, None, b.sealed, None, b.pk),
    ]


def test_bitemporal_case_by_hand_a_correction_of_the_same_day(by):
    """A correction closes record time only: what was said then stays known as said then."""
    patches = world.county(1, 1)
    a = seal("A", patches, Y2024, by)
    b = seal("A2", changed(patches, 0, "0602", "采矿用地"), Y2024, by)
    assert asof(Y2024, by)[patches[0].key].attributes["DLBM"] == "0602"
    assert asof(Y2024, by, known=a.sealed)[patches[0].key].attributes["DLBM"] == "0101"
    assert len(onemap.history("DLTB", COUNTY, patches[0].key, by=by)) == 2
    assert b.sealed > a.sealed


def test_bitemporal_case_by_hand_a_late_delivery_of_an_earlier_year(by):
    """2023 arrives after 2024: it speaks for its own year and not for the next one."""
    patches = world.county(1, 1)
    seal("A", patches, Y2024, by)
    seal("L", changed(patches, 0, "0602", "采矿用地"), Y2023, by)
    assert asof(Y2023, by)[patches[0].key].attributes["DLBM"] == "0602"
    assert asof(Y2024, by)[patches[0].key].attributes["DLBM"] == "0101"


def test_a_late_correction_of_a_year_in_between_keeps_the_years_around_it(by):
    """2023 says the same through 2025; a correction of 2024 alone splits it in three."""
    patches = world.county(1, 1)
    seal("A", patches, Y2023, by)
    seal("B", patches, Y2024, by)
    seal("C", patches, Y2025, by)
    seal("B2", changed(patches, 0, "0602", "采矿用地"), Y2024, by)
    key = patches[0].key
    assert [asof(d, by)[key].attributes["DLBM"] for d in (Y2023, Y2024, Y2025)] == ["0101", "0602", "0101"]


def test_a_patch_that_is_gone_ends_its_validity(by):
    patches = world.county()
    seal("A", patches, Y2024, by)
    assert seal("B", patches[1:], Y2025, by).deleted == 1
    assert patches[0].key in asof(Y2024, by)
    assert patches[0].key not in asof(Y2025, by)


def test_sealing_the_same_delivery_twice_gives_the_same_edition(by):
    patches = world.county()
    first, again = seal("A", patches, Y2024, by), seal("A", patches, Y2024, by)
    assert first.pk == again.pk
    assert len(onemap.history("DLTB", COUNTY, patches[0].key, by=by)) == 1


def test_a_split_patch_names_its_parent(by):
    patches = world.county()
    seal("A", patches, Y2024, by)
    west, south, east, north = patches[0].shape.bounds
    cut = shapely.LineString([((west + east) / 2, south - 1), ((west + east) / 2, north + 1)])
    from shapely.ops import split

    halves = [shapely.transform(p, lambda xy: np.round(xy, 4)) for p in split(patches[0].shape, cut).geoms]
    one, two = (world.patch(n, s, "0101", "水田", 2025) for n, s in zip((1, 900), halves, strict=True))
    seal("B", [one, two, *patches[1:]], Y2025, by)
    found = asof(Y2025, by)
    assert found[two.key].parents == (patches[0].key,)
    assert found[one.key].parents == ()


def test_the_edition_is_proved_from_rows_and_file(by):
    edition = seal("A", world.county(), Y2024, by)
    found = onemap.verify(edition, by=by)
    assert found.ok
    assert found.rows == 30


def test_an_earlier_edition_is_still_proved_after_later_ones(by):
    patches = world.county()
    first = seal("A", patches, Y2024, by)
    seal("B", changed(patches, 3, "0602", "采矿用地")[1:], Y2025, by)
    seal("A2", changed(patches, 5, "0602", "采矿用地"), Y2024, by)
    assert onemap.verify(first, by=by).ok


def test_a_tampered_row_is_found_and_named(by):
    patches = world.county()
    edition = seal("A", patches, Y2024, by)
    key = patches[7].key
    with kernel.acting(by), rows.cursor() as c:
        c.execute(
            f'UPDATE {layer("DLTB").sql} SET "DLBM" = %s WHERE county = %s AND key = %s',
            ["0201", COUNTY, key],
        )
    found = onemap.verify(edition, by=by)
    assert (found.ok, found.place, found.first_key) == (False, "rows", key)


def test_a_row_tampered_together_with_its_digest_is_named_by_the_file(by):
    patches = world.county()
    edition = seal("A", patches, Y2024, by)
    key = patches[7].key
    kind = layer("DLTB")
    with kernel.acting(by), rows.cursor() as c:
        feature = asof(Y2024, by)[key]
        values = {
            n: pa.array([feature.attributes[n] if n != "DLBM" else "0201"], arrow_type(kind.entity.fields[n]))
            for n in kind.hashed
        }
        forged = feature_digests(kind.id, [key], values, PlaneBatch.from_4490([feature.geometry], world.ZONE))[0]
        c.execute(
            f'UPDATE {kind.sql} SET "DLBM" = %s, content_sm3 = %s WHERE county = %s AND fid = %s',
            ["0201", forged, COUNTY, feature.fid],
        )
    found = onemap.verify(edition, by=by)
    assert (found.ok, found.first_key) == (False, key)


def test_a_changed_byte_of_the_lake_file_is_found(by):
    edition = seal("A", world.county(), Y2024, by)
    path = lake.folder() / edition.lake
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    found = onemap.verify(edition, by=by)
    assert (found.ok, found.place) == (False, "file")


def test_nothing_is_left_behind_when_sealing_fails(by):
    patches = world.county()
    broken = [*patches, replace(patches[0])]
    with pytest.raises(errors.RepeatedKey, match="第 1 行与第 31 行"):
        seal("A", broken, Y2024, by)
    assert not asof(Y2024, by)
    assert not list((lake.folder() / layer("DLTB").id / COUNTY).glob("*-A.parquet"))


def test_the_lake_file_of_a_transaction_that_did_not_commit_is_swept(by):
    edition = seal("A", world.county(), Y2024, by)
    orphan = lake.folder() / edition.lake.replace("-A.", "-killed.")
    orphan.write_bytes(b"left by a killed process")
    part = orphan.with_name(f".{orphan.name}.99.part")
    part.write_bytes(b"half")
    assert onemap.sweep() >= 2
    assert not orphan.exists()
    assert not part.exists()
    assert (lake.folder() / edition.lake).exists()


def test_the_lake_file_is_geoparquet_in_the_delivered_plane_system(by):
    patches = world.county()
    edition = seal("A", patches, Y2024, by)
    table, zone = lake.read(lake.folder() / edition.lake)
    assert zone == world.ZONE
    delivered = {p.key: p.shape for p in patches}
    for key, wkb in zip(table.column("BSM").to_pylist(), table.column("geometry").to_pylist(), strict=True):
        assert shapely.from_wkb(wkb).equals(delivered[key])


def test_a_county_in_another_zone_is_refused(by):
    with pytest.raises(errors.WrongZone, match="EPSG:4526"):
        onemap.seal(
            "A", {"DLTB": world.table(world.county(), epsg=4526)}, county=COUNTY, reference_date=Y2024, by=by
        )


def test_a_value_of_the_wrong_type_is_named_with_its_row(by):
    patches = world.county()
    bad = [*patches[:4], replace(patches[4], values={**patches[4].values, "GDDB": "七"}), *patches[5:]]
    with pytest.raises(errors.UnreadableValue, match="第 5 行:GDDB=“七”不是整数"):
        seal("A", bad, Y2024, by)


def test_a_number_that_is_text_is_named_with_its_row(by):
    patches = world.county(2, 1)
    bad = [
        replace(p, values={**p.values, "KCXS": text})
        for p, text in zip(patches, ("0.0512", "多"), strict=True)
    ]
    with pytest.raises(errors.UnreadableValue, match="第 2 行:KCXS=“多”不是数值"):
        seal("A", bad, Y2024, by)


def test_a_county_officer_may_not_seal(make_actor):
    with pytest.raises(NotAllowed, match="封存版本"):
        seal("A", world.county(), Y2024, make_actor("county_clerk", COUNTY))


def test_another_countys_actor_sees_no_row(by, make_actor):
    seal("A", world.county(), Y2024, by)
    stranger = make_actor("county_clerk", "340121")
    assert onemap.asof("DLTB", Y2024, county=COUNTY, by=stranger) == []
    assert onemap.editions(stranger) == []
