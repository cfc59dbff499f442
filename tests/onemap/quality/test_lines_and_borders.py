"""Lines, borders of two layers, and a year of changes: what is told, of whom, where and how much."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.standards.loader import load_file

WEST, SOUTH = 39_512_340.0, 3_505_000.0
MODEL = """
standard: {id: mine, edition: "1", title: 我的图层}
space: {area: plane}
entities:
  ROADS: &layer
    geometry: {kind: line}
    key: ID
    fields: {ID: {type: text}}
    topology: [{id: L-1, rule: no_dangle}, {id: L-2, rule: no_overlap}, {id: L-3, rule: no_self_intersection}]
  BORDERS:
    <<: *layer
    topology: [{id: B-1, rule: on_boundary_of, of: PLOTS}]
  PLOTS:
    <<: *layer
    geometry: {kind: polygon}
    topology: [{id: P-1, rule: edge_match, with: OTHERS, tolerance: 0.5}]
  OTHERS:
    <<: *layer
    geometry: {kind: polygon}
    topology: []
  RECORD:
    geometry: {kind: none}
    fields: {OLD: {type: text}, NEW: {type: text}, MJ: {type: number}}
cross_layer: [{id: X-1, rule: boundary_equal, layer: PLOTS, tolerance: 1}]
change:
  - {id: C-1, rule: declared_equals_computed, base: PLOTS, new_state: OTHERS, record: RECORD, before: OLD, after: NEW, area: MJ}
"""
SQUARE = shapely.box(0, 0, 60, 60)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.yaml"
    path.write_text(MODEL, encoding="utf-8")
    return load_file(path)


def layer(name, shapes, **columns):
    placed = [shapely.transform(s, lambda xy: np.round(xy + np.array([WEST, SOUTH]), 4)) for s in shapes]
    table = {"ID": [f"{name[0]}{n}" for n in range(len(shapes))], **columns}
    table["geometry"] = pa.array(list(shapely.to_wkb(placed)), pa.binary())
    return LayerTable(name, 4527, pa.table(table), "GPKG", "UTF-8", "a")


def judge(model, *layers, **more):
    found = check([model], {one.name: one for one in layers}, required=[], **more).findings
    return [(f.kind, f.key, f.partners, round(f.x - WEST, 4), round(f.y - SOUTH, 4), f.measure) for f in found]


def lines(*paths):
    return layer("ROADS", [shapely.LineString(p) for p in paths])


RING = [(0, 0), (60, 0), (60, 60), (0, 60), (0, 0)]


def test_an_end_that_stops_short_is_told_with_its_distance(model):
    assert judge(model, lines(RING, [(0, 30), (59.7, 30)])) == [("no_dangle", "R1", ("R0",), 59.7, 30.0, pytest.approx(0.3))]


def test_an_end_that_runs_over_is_told_too(model):
    assert judge(model, lines(RING, [(0, 30), (60.2, 30)])) == [("no_dangle", "R1", ("R0",), 60.2, 30.0, pytest.approx(0.2))]


def test_rings_junctions_and_crossings_are_clean(model):
    slanted = [(0, 0), (33.3333, 17.7777)]
    joined = [(33.3333 * 0.37, 17.7777 * 0.37), (20.0, 60.0)]
    assert judge(model, lines(RING, [(0, 30), (60, 30)], [*slanted, (60, 40)], joined)) == []


def test_lines_that_run_over_one_another_are_one_finding_with_their_common_length(model):
    found = judge(model, lines(RING, [(10, 0), (40, 0), (40, 60)]))
    assert found == [("no_overlap", "R0", ("R1",), 25.0, 0.0, pytest.approx(30))]


def test_a_line_that_crosses_itself_is_placed_at_the_crossing(model):
    found = judge(model, lines(RING, [(0, 10), (40, 50), (40, 10), (0, 50)]))
    assert ("no_self_intersection", "R1", (), 20.0, 30.0, 1.0) in found


def test_a_stretch_beside_the_boundary_is_told_with_its_length(model):
    plots = layer("PLOTS", [SQUARE])
    course = shapely.LineString([(0, 0), (20, 0), (30, 5), (40, 0), (60, 0), (60, 60)])
    ((kind, key, _, x, y, size),) = judge(model, plots, layer("BORDERS", [course]))
    assert (kind, key) == ("on_boundary_of", "B0")
    assert size == pytest.approx(2 * np.hypot(10, 5), abs=0.01)
    assert shapely.Point(x, y).distance(course) < 0.01


def test_a_border_that_runs_beside_its_neighbours_is_one_finding_of_both(model):
    beyond = shapely.Polygon([(60, 0), (120, 0), (120, 60), (60, 60), (60.2, 40), (60.2, 20)])
    found = judge(model, layer("PLOTS", [SQUARE]), layer("OTHERS", [beyond]))
    assert [(f[0], f[1], f[2], f[5]) for f in found] == [("edge_match", "P0", ("O0",), pytest.approx(0.2))]
    assert 20 <= found[0][4] <= 40


def test_borders_drawn_with_other_vertices_match(model):
    beyond = shapely.Polygon([(60, 0), (120, 0), (120, 60), (60, 60), (60, 33.3333)])
    assert judge(model, layer("PLOTS", [SQUARE]), layer("OTHERS", [beyond])) == []


def test_the_border_of_a_county_is_held_against_its_neighbours(model):
    beyond = layer("PLOTS", [shapely.Polygon([(60, 0), (120, 0), (120, 60), (60, 60), (60.4, 30)])])
    (found,) = judge(model, layer("PLOTS", [SQUARE]), neighbours={"PLOTS": beyond})
    assert (found[0], found[5]) == ("boundary_equal", pytest.approx(0.4))
    assert judge(model, layer("PLOTS", [SQUARE])) == []


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([("P0", "O0", 1800.0), ("P0", "O1", 1800.0)], []),
        ([("P0", "O0", 1800.0)], [("O1", ("P0",), 1800.0)]),
        ([("P0", "O0", 1700.0), ("P0", "O1", 1800.0)], [("P0", ("O0",), -100.0)]),
    ],
    ids=["all told", "a piece left out", "a wrong area"],
)
def test_the_record_of_a_year_is_held_against_the_shapes(model, pairs, told):
    old, new = layer("PLOTS", [SQUARE]), layer("OTHERS", [shapely.box(0, 0, 30, 60), shapely.box(30, 0, 60, 60)])
    before, after, areas = map(list, zip(*pairs, strict=True))
    record = LayerTable("RECORD", 0, pa.table({"OLD": before, "NEW": after, "MJ": areas}), "GPKG", "UTF-8", "a")
    found = check([model], {"OTHERS": new, "RECORD": record}, required=[], previous={"PLOTS": old}).findings
    assert [(f.key, f.partners, f.measure) for f in found] == [(k, p, pytest.approx(m)) for k, p, m in told]
