"""Parents and children through years, declared ones first; editions of layers that cases write; nodes side by side."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
import shapely

from tests.onemap import small_county as world
from ziyuan.base.canonical import verify_inclusion
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import errors
from ziyuan.onemap import service as onemap
from ziyuan.onemap.differences import mirror
from ziyuan.onemap.editions import cutting, lake, links, seal, undo
from ziyuan.onemap.editions.kinship import kinship
from ziyuan.onemap.editions.mirror import digest_lines
from ziyuan.onemap.editions.verify import inclusion

Y2023, Y2024, Y2025 = date(2023, 12, 31), date(2024, 12, 31), date(2025, 12, 31)
COUNTY = world.COUNTY
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]


@pytest.fixture
def by():
    return kernel.system_actor()


def sealed(no, patches, day, by, **more):
    return onemap.seal(no, {"DLTB": world.table(patches), **more}, county=COUNTY, reference_date=day, by=by)[0]


def split(patches, place, *keys):
    """One patch replaced by its western and eastern halves."""
    one = patches[place]
    west, south, east, north = one.shape.bounds
    half = shapely.box(west - 1, south - 1, (west + east) / 2, north + 1)
    shapes = [shapely.set_precision(s, 0.0001) for s in (one.shape.intersection(half), one.shape.difference(half))]
    parts = [world.Patch(k, s, {**one.values, "BSM": k}) for k, s in zip(keys, shapes, strict=True)]
    return [*patches[:place], *parts, *patches[place + 1 :]]


@pytest.fixture
def three_years(by):
    """Patch 1 is split in 2024 into W and E; E is split in 2025 into E1 and E2."""
    first = world.county(3, 2)
    second = split(first, 0, "W", "E")
    third = split(second, 1, "E1", "E2")
    return [sealed(str(d.year), p, d, by) for d, p in ((Y2023, first), (Y2024, second), (Y2025, third))], first[0].key


def test_ancestors_and_descendants_are_told_through_all_years(by, three_years):
    _, root = three_years
    up = kinship("DLTB", COUNTY, "E2", by=by).ancestors
    assert [(k.depth, k.child, k.parent) for k in up] == [(1, "E2", "E"), (2, "E", root)]
    down = kinship("DLTB", COUNTY, root, by=by).descendants
    assert [(k.depth, k.child) for k in down] == [(1, "E"), (1, "W"), (2, "E1"), (2, "E2")]
    shared = sum(k.shared_m2 for k in down if k.depth == 1)
    assert abs(shared - world.county(3, 2)[0].values["TBMJ"]) <= world.Decimal("0.03")


def test_links_of_a_withdrawn_edition_are_told_no_more(by, three_years):
    editions, root = three_years
    undo.withdraw(editions[2], reason="误报", seen=undo.impact_of(editions[2], by=by).mark, by=by)
    assert [k.child for k in kinship("DLTB", COUNTY, root, by=by).descendants] == ["E", "W"]


def test_a_process_record_says_who_came_from_whom_before_the_overlap_does():
    record = pa.table({"BGQTBBSM": ["A", "A", "B"], "BGHTBBSM": ["X", "Y", "Q"], "TBBGMJ": [10.5, 20.0, 1.0]})
    said = links.declared(record, ["A", "B"], ["X", "Y"])
    seen = [("X", "B", "3.00", "0.2000"), ("Z", "B", "5.00", "0.5000")]
    rows = [
        {"child": c, "parent": p, "shared_m2": world.Decimal(m), "share": world.Decimal(s), "source": "overlap"}
        for c, p, m, s in seen
    ]
    measured = pa.Table.from_pylist(rows, schema=said.schema)
    found = [(r["child"], r["parent"], str(r["shared_m2"]), r["source"]) for r in links.merged(said, measured).to_pylist()]
    assert found == [("X", "A", "10.50", "declared"), ("Y", "A", "20.00", "declared"), ("Z", "B", "5.00", "overlap")]


def test_a_delivered_process_record_is_kept_as_declared_links(by, monkeypatch):
    """The record of DLTB among the layers of the delivery names a parent that the overlap alone would not."""
    first = world.county(3, 2)
    sealed("1", first, Y2023, by)
    second = split(first, 0, "W", "E")
    record = pa.table({"BGQTBBSM": [first[0].key, first[0].key], "BGHTBBSM": ["W", "E"], "TBBGMJ": [1.0, 2.0]})
    kind = onemap.layer("DLTB")
    act = seal.Act("2", COUNTY, Y2024, by, world.ZONE, [], {kind.id: record})
    with kernel.acting(by):
        seal._seal(act, seal.prepare(kind, world.table(second), world.ZONE))
    told = {(k.child, k.source, str(k.shared_m2)) for k in kinship("DLTB", COUNTY, first[0].key, by=by).descendants}
    assert told == {("W", "declared", "1.00"), ("E", "declared", "2.00")}


class TestCuts:
    """The layer XSHX is written by cases; nobody delivers it."""

    LAYER = "land_control@2021/XSHX"

    def write(self, key, by, west=0.0):
        kind = onemap.layer(self.LAYER)
        x, y = world.WEST + west, world.SOUTH
        shape = PlaneShape.from_shapely(shapely.box(x, y, x + 50, y + 50), world.ZONE)
        values = {f.name: 1 if f.numeric else date(2026, 1, 1) if f.type == "date" else key for f in kind.fields if f.required}
        return onemap.layer_write(self.LAYER, COUNTY, key, shape, values, valid_from=date(2026, 1, 1), case_no=f"案{key}", by=by)

    def test_a_cut_holds_what_the_layer_holds_with_digest_and_file(self, by):
        self.write("甲", by)
        self.write("乙", by, 100)
        edition = cutting.cut(self.LAYER, COUNTY, by=by)
        assert (edition.kind, edition.features) == ("cut", 2)
        assert onemap.verify(edition, by=by).ok
        assert len(lake.read(lake.folder() / edition.lake)[0]) == 2

    def test_nothing_new_nothing_cut(self, by):
        self.write("甲", by)
        assert cutting.cut(self.LAYER, COUNTY, by=by).pk == cutting.cut(self.LAYER, COUNTY, by=by).pk
        assert cutting.cut_all(by) == []

    def test_the_night_cuts_every_county_written_since(self, by):
        self.write("甲", by)
        first = cutting.cut_all(by)
        self.write("乙", by, 100)
        onemap.layer_withdraw(self.LAYER, COUNTY, "甲", case_no="案甲", by=by)
        second = cutting.cut_all(by)
        assert [e.features for e in (*first, *second)] == [1, 1]
        assert first[0].digest != second[0].digest
        assert onemap.verify(first[0], by=by).ok

    def test_delivered_layers_are_not_cut(self, by):
        sealed("A", world.county(2, 2), Y2024, by)
        assert cutting.cut_all(by) == []

    def test_a_delivery_of_such_a_layer_is_refused(self, by):
        with pytest.raises(errors.WrittenByCases):
            onemap.seal("A", {self.LAYER: world.table(world.county(1, 1))}, county=COUNTY, reference_date=Y2024, by=by)


def listing(by, **asked):
    return mirror.read(list(digest_lines(by, **asked)), "本节点")


def test_two_nodes_with_the_same_editions_are_the_same(by):
    sealed("A", world.county(), Y2024, by)
    found = mirror.side_by_side(listing(by), listing(by))
    assert [d.to_json()["same"] for d in found] == [True]


@pytest.mark.parametrize(("place", "words"), [(7, "两边内容不同"), (0, "两边内容不同"), (29, "两边内容不同")])
def test_the_first_feature_that_differs_is_named(by, place, words):
    patches = world.county()
    sealed("A", patches, Y2024, by)
    one = listing(by, features=True)
    for n in (place, 29):
        patches[n] = replace(patches[n], values={**patches[n].values, "ZLDWMC": "另一村"})
    sealed("A2", patches, Y2024, by)
    (found,) = mirror.side_by_side(one, listing(by, features=True))
    assert (found.key, found.words) == (patches[place].key, words)


def test_a_feature_that_only_one_side_has_is_named(by):
    patches = world.county()
    sealed("A", patches, Y2024, by)
    one = listing(by, features=True)
    sealed("A2", patches[:11] + patches[12:], Y2024, by)
    (found,) = mirror.side_by_side(one, listing(by, features=True))
    assert (found.key, found.words) == (patches[11].key, "只在甲方")


def test_walking_the_trees_finds_the_first_different_leaf_for_every_size():
    for size in range(1, 40):
        leaves = [bytes([n]) * 32 for n in range(size)]
        for at in range(size):
            changed = [*leaves[:at], b"x" * 32, *leaves[at + 1 :]]
            assert mirror.first_difference(leaves, changed) == at
            assert mirror.first_difference(leaves, leaves[:at]) == at
        assert mirror.first_difference(leaves, leaves) == size


def test_one_feature_is_proved_alone(by):
    edition = sealed("A", world.county(), Y2024, by)
    found = inclusion(edition, world.county()[4].key, by=by)
    assert verify_inclusion(found.digest, found.index, found.size, found.path, found.root)
    assert inclusion(edition, "没有", by=by) is None
