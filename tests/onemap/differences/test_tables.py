"""Two tables of one layer: what a re-export may do without changing anything, and that no change is missed."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.onemap import small_county as world
from ziyuan.onemap.differences.errors import NoChangeWord
from ziyuan.onemap.differences.tables import Side, compare
from ziyuan.onemap.standards import library

MODEL = library.load("tdt1057@2020")
DLTB = MODEL.entity("DLTB")
PATCHES = world.county(5, 4)


def table_of(patches, epsg=world.EPSG):
    return Side(world.table(patches, epsg=epsg).table, epsg)


def told(old, new, model=MODEL):
    found = compare(model, model.entity("DLTB"), old, new)
    return [(c.change, c.key, c.old_key, c.fields, c.geometry) for c in found.changes]


def declared(**words):
    return replace(MODEL, no_change={**MODEL.no_change, **words})


def edited(patches, place, shape=None, **values):
    one = patches[place]
    return [
        *patches[:place],
        replace(one, shape=shape or one.shape, values={**one.values, **values}),
        *patches[place + 1 :],
    ]


def ring(place):
    return list(PATCHES[place].shape.exterior.coords)[:-1]


@given(
    seed=st.integers(0, 10_000), columns=st.randoms(use_true_random=False), wide=st.booleans(), year=st.integers(2020, 2030)
)
@settings(max_examples=60, deadline=None)
def test_no_re_export_is_a_change(seed, columns, wide, year):
    """Other row and column order, ring start and direction, blanks, widths, decimals, a note, a year."""
    table = world.table(world.re_exported(world.in_year(PATCHES, year), seed)).table
    names = table.column_names
    columns.shuffle(names)
    table = table.select(names)
    if wide:
        for i, name in enumerate(names):
            kind = table.schema.field(name).type
            cast = {pa.int64(): pa.int32(), pa.string(): pa.large_string()}.get(kind)
            table = table.set_column(i, name, table.column(name).cast(cast)) if cast else table
        area = table.column("TBMJ").cast(pa.decimal128(20, 2), safe=False)
        table = table.set_column(names.index("TBMJ"), "TBMJ", area)
    table = table.append_column("BZ", pa.array([f"备注{i}" for i in range(len(table))]))
    assert told(table_of(PATCHES), Side(table, world.EPSG)) == []


@given(
    seed=st.integers(0, 10_000),
    planted=st.dictionaries(
        st.integers(0, 19), st.sampled_from(["DLBM", "ZLDWMC", "TBDLMJ", "vertex", "gone", "renumbered", "new"]), max_size=8
    ),
)
@settings(max_examples=60, deadline=None)
def test_planted_changes_are_found_and_nothing_else(seed, planted):
    patches, expected = list(PATCHES), []
    for place, what in planted.items():
        one = patches[place]
        if what in ("DLBM", "ZLDWMC"):
            patches[place] = replace(one, values={**one.values, what: "0602"})
            expected.append(("update", one.key, None, (what,), False))
        elif what == "TBDLMJ":
            patches[place] = replace(one, values={**one.values, what: one.values[what] + world.Decimal("0.01")})
            expected.append(("update", one.key, None, (what,), False))
        elif what == "vertex":
            points = ring(place)
            points[1] = (points[1][0] + 0.0001, points[1][1])
            patches[place] = replace(one, shape=shapely.Polygon(points))
            expected.append(("update", one.key, None, (), True))
        elif what == "renumbered":
            patches[place] = replace(one, key=f"N{place:02d}", values={**one.values, "BSM": f"N{place:02d}"})
            expected.append(("renumber", f"N{place:02d}", one.key, (), False))
        elif what == "new":
            shape = shapely.transform(one.shape, lambda xy: xy + 5000)
            patches.append(world.Patch(f"P{place:02d}", shape, {**one.values, "BSM": f"P{place:02d}"}))
            expected.append(("insert", f"P{place:02d}", None, (), False))
    gone = {PATCHES[p].key for p, what in planted.items() if what == "gone"}
    expected += [("delete", key, None, (), False) for key in gone]
    patches = [p for p in patches if p.key not in gone]
    assert told(table_of(PATCHES), table_of(world.re_exported(patches, seed))) == sorted(expected, key=lambda t: t[1])


def test_points_written_with_fewer_digits_are_the_same_within_half_of_the_precision():
    random = np.random.default_rng(3)
    free = [replace(p, shape=shapely.Polygon(np.array(ring(i)) + random.uniform(-1, 1, (4, 2)))) for i, p in enumerate(PATCHES)]
    short = [replace(p, shape=shapely.transform(p.shape, lambda xy: np.round(xy, 4))) for p in free]
    assert told(table_of(free), table_of(world.re_exported(short))) == []


def test_a_whole_unit_of_the_precision_is_a_change():
    moved = edited(PATCHES, 4, shapely.transform(PATCHES[4].shape, lambda xy: xy + np.array([0.0001, 0])))
    assert told(table_of(PATCHES), table_of(moved)) == [("update", PATCHES[4].key, None, (), True)]


def test_a_point_added_on_a_straight_side_is_a_change_while_collinear_points_are_kept():
    a, b, *rest = ring(0)
    with_point = edited(PATCHES, 0, shapely.Polygon([a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), b, *rest]))
    assert told(table_of(PATCHES), table_of(with_point)) == [("update", PATCHES[0].key, None, (), True)]
    assert told(table_of(PATCHES), table_of(with_point), declared(collinear="dropped")) == []


@pytest.mark.parametrize(
    ("word", "value", "shape"),
    [
        ("ring_start", "kept", shapely.Polygon([*ring(2)[1:], ring(2)[0]])),
        ("ring_direction", "kept", shapely.Polygon(ring(2)[:1] + ring(2)[:0:-1])),
    ],
)
def test_what_the_standard_keeps_is_a_change(word, value, shape):
    turned = edited(PATCHES, 2, shape)
    assert told(table_of(PATCHES), table_of(turned)) == []
    assert told(table_of(PATCHES), table_of(turned), declared(**{word: value})) == [("update", PATCHES[2].key, None, (), True)]


def test_holes_and_parts_may_come_in_any_order_unless_it_is_kept():
    outer = shapely.box(0, 0, 100, 100)
    holes = [list(shapely.box(x, 10, x + 5, 20).exterior.coords) for x in (10, 30, 50)]
    far = shapely.box(200, 0, 250, 40)

    def at(geometry):
        return shapely.transform(geometry, lambda xy: xy + np.array([world.WEST, world.SOUTH]))

    one = at(shapely.MultiPolygon([shapely.Polygon(outer.exterior, holes), far]))
    other = at(shapely.MultiPolygon([far, shapely.Polygon(list(outer.exterior.coords)[::-1], holes[::-1])]))
    old, new = edited(PATCHES, 0, one), edited(PATCHES, 0, other)
    assert told(table_of(old), table_of(new)) == []
    assert told(table_of(old), table_of(new), declared(part_order="kept")) != []


def test_an_empty_text_is_none_and_blanks_count_only_where_texts_are_kept():
    old, new = edited(PATCHES, 0, ZLDWMC=None), edited(PATCHES, 0, ZLDWMC="　 ")
    assert told(table_of(old), table_of(new)) == []
    assert told(table_of(old), table_of(new), declared(text="kept")) == [("update", PATCHES[0].key, None, ("ZLDWMC",), False)]


def test_another_projection_of_the_same_ground_is_no_change():
    from ziyuan.base.geometry import PlaneBatch

    degrees = PlaneBatch.from_shapely([p.shape for p in PATCHES], world.ZONE).to_4490()
    moved = [replace(p, shape=shape) for p, shape in zip(PATCHES, degrees, strict=True)]
    assert told(table_of(PATCHES), table_of(moved, 4490)) == []


def test_a_renumbered_patch_that_also_changed_a_field_says_both():
    new = edited(PATCHES, 3, BSM="NEW", ZLDWMC="新村")
    assert told(table_of(PATCHES), table_of(new)) == [("renumber", "NEW", PATCHES[3].key, ("ZLDWMC",), False)]


def test_a_key_met_twice_is_paired_in_order():
    twice = [*PATCHES, replace(PATCHES[0], values={**PATCHES[0].values, "ZLDWMC": "另一"})]
    assert told(table_of(twice), table_of(twice)) == []
    assert [t[0] for t in told(table_of(twice), table_of(PATCHES))] == ["delete"]


def test_an_unknown_word_of_the_declaration_is_refused_with_those_that_exist():
    with pytest.raises(NoChangeWord, match="kept"):
        told(table_of(PATCHES), table_of(PATCHES), declared(collinear="keeps"))


def test_lines_and_points_are_compared_too():
    from ziyuan.onemap.standards.model import Entity, Field, Geometry

    fields = {"ID": Field("ID", "编号", "text"), "W": Field("W", "宽", "number")}
    entity = Entity("L", "线", None, Geometry("line"), fields, key="ID")
    model = replace(MODEL, entities={"L": entity}, no_change={})

    def side(lines, widths):
        wkb = pa.array([shapely.to_wkb(g) for g in lines], pa.binary())
        return Side(pa.table({"ID": ["a", "b"], "W": widths, "geometry": wkb}), 4527)

    a = shapely.LineString([(39500000, 3500000), (39500010, 3500010)])
    b = shapely.Point(39500000.5, 3500000.5)
    old = side([a, b], pa.array([1.1, 2.2]))
    single = side([shapely.MultiLineString([a]), shapely.MultiPoint([b])], pa.array([1.1, 2.2], pa.float32()))
    assert not compare(model, entity, old, single).changes
    found = compare(model, entity, old, side([shapely.reverse(a), b], pa.array([1.1, 2.3])))
    assert [(c.key, c.fields, c.geometry) for c in found.changes] == [("a", (), True), ("b", ("W",), False)]


@given(seed=st.integers(0, 9999), moved=st.integers(0, 8), step=st.sampled_from([0.0, 0.00004, 0.0001]))
@settings(max_examples=40, deadline=None)
def test_a_line_runs_either_way_where_that_is_declared(seed, moved, step):
    """Turned round and written with other digits it is the same; moved by a step of the grid it is not."""
    from ziyuan.onemap.standards.model import Entity, Field, Geometry

    entity = Entity("L", "线", None, Geometry("line"), {"ID": Field("ID", "编号", "text")}, key="ID")
    random = np.random.default_rng(seed)
    lines = [np.round(39_512_000 + random.uniform(0, 900, (4, 2)), 4) for _ in range(9)]
    for line in lines:
        line[:, 1] -= 36_000_000
    other = [line[::-1].copy() for line in lines]
    other[moved][2, 0] += step

    def side(points):
        wkb = pa.array([shapely.to_wkb(shapely.LineString(p)) for p in points], pa.binary())
        return Side(pa.table({"ID": [str(n) for n in range(9)], "geometry": wkb}), 4527)

    def changed(**words):
        model = replace(MODEL, entities={"L": entity}, no_change=words)
        return {c.key for c in compare(model, entity, side(lines), side(other)).changes}

    assert changed(line_direction="any") == ({str(moved)} if step == 0.0001 else set())
    assert changed() == changed(line_direction="kept") == {str(n) for n in range(9)}


def test_a_composite_key_is_told_as_the_standard_writes_it():
    from ziyuan.onemap.standards.keys import key_of
    from ziyuan.onemap.standards.model import Entity, Field, Geometry

    fields = {name: Field(name, name, "text") for name in ("A", "B", "V")}
    entity = Entity("T", "表", None, Geometry("none"), fields, key_fields=("A", "B"))
    model = replace(MODEL, entities={"T": entity}, no_change={})
    one = Side(pa.table({"A": ["1", "1|", "2"], "B": ["x", "y", "\\"], "V": ["p", "q", "r"]}), 0)
    other = Side(pa.table({"A": ["2", "1|", "1"], "B": ["\\", "y", "x"], "V": ["r2", "q2", "p"]}), 0)
    found = compare(model, entity, one, other)
    assert {c.key for c in found.changes} == {key_of(entity, {"A": "1|", "B": "y"}), key_of(entity, {"A": "2", "B": "\\"})}
    assert found.unchanged == 1
