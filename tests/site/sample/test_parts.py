"""The parts of the generator on their own: lattice, tracing, cutting, names, outlines, command."""

import hashlib

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.site.sample.conftest import REPOSITORY, shared
from ziyuan.site.sample import graph, lattice, outlines, partition, places, trace
from ziyuan.site.sample.cli import sample
from ziyuan.site.sample.errors import CountyUnknown, PatchesOutOfRange
from ziyuan.site.sample.generate import NAMES, OUTLINES, Order, county_of, generate


def grid_nodes(rows: int, columns: int) -> np.ndarray:
    x, y = np.meshgrid(np.arange(columns + 1), np.arange(rows + 1))
    return np.stack([x, y], axis=-1) * 10_000.0


def connected(raster: np.ndarray) -> np.ndarray:
    """Each group of equal cells gets a label of its own; a rim of -1 around."""
    framed = np.full((raster.shape[0] + 2, raster.shape[1] + 2), -1, dtype=np.int32)
    cells = np.flatnonzero(np.pad(np.ones(raster.shape, dtype=bool), 1))
    framed.ravel()[cells] = graph.groups_of_cells(raster.ravel().astype(np.int64), cells, framed.shape)
    return framed


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_traced_polygons_are_valid_cover_the_raster_and_have_the_area_of_their_cells(
    rows, columns, seed, kinds
):
    raster = connected(np.random.default_rng(seed).integers(0, kinds, (rows, columns)))
    found = trace.trace(raster, raster >= 0, grid_nodes(*raster.shape))
    assert shapely.is_valid(found.shapes).all()
    assert shapely.coverage_is_valid(found.shapes)
    assert list(shapely.area(found.shapes)) == list(np.bincount(raster[raster >= 0]))


def test_a_patch_inside_another_becomes_a_hole():
    raster = np.full((5, 5), -1, dtype=np.int32)
    raster[1:4, 1:4] = 0
    raster[2, 2] = 1
    found = trace.trace(raster, raster >= 0, grid_nodes(5, 5))
    assert [len(s.interiors) for s in found.shapes] == [1, 0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_triangle_of_the_warped_lattice_folds(seed):
    county = shapely.box(39_500_000, 3_500_000, 39_530_000, 3_520_000)
    made = lattice.lay(county, 2_000, np.random.default_rng(seed))
    steps = np.random.default_rng(seed).integers(-1, 2, (made.rows + 1, made.columns + 1, 2))
    p = made.positions(slice(0, made.rows + 1), slice(0, made.columns + 1), steps.astype(float))
    a, b, c, d = p[:-1, :-1], p[:-1, 1:], p[1:, :-1], p[1:, 1:]
    for o, q, r in ((a, b, c), (b, d, c), (a, b, d), (a, d, c)):
        u, v = q - o, r - o
        assert (u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]).min() > 0


def test_a_window_of_the_lattice_has_the_same_nodes_as_the_whole():
    county = shapely.box(39_500_000, 3_500_000, 39_510_000, 3_510_000)
    made = lattice.lay(county, 2_000, np.random.default_rng(3))
    made.shifted[(30, 40)] = 99
    whole = made.positions(slice(0, made.rows + 1), slice(0, made.columns + 1))
    assert (made.positions(slice(20, 50), slice(35, 60)) == whole[20:50, 35:60]).all()


def test_plane_and_lattice_metres_go_both_ways_to_the_micrometre():
    county = shapely.box(39_500_000, 3_500_000, 39_530_000, 3_520_000)
    made = lattice.lay(county, 2_000, np.random.default_rng(5))
    points = np.random.default_rng(1).uniform(-9_000, 9_000, (50, 2))
    there = made.to_plane(points[:, 0], points[:, 1])
    assert np.abs(made.from_plane(there) - points).max() < 1e-6


@pytest.mark.parametrize("count", [50, 51, 150])
def test_blocks_are_cut_into_exactly_the_number_wanted_and_still_cover_themselves(count):
    blocks = partition.Rectangles(
        *(np.array(v) for v in ([0, 0, 10, 10], [10, 10, 20, 20], [0, 10, 0, 10], [10, 20, 10, 20]))
    )
    made = partition.cut(blocks, np.ones(4), count, 10_000.0, np.random.default_rng(2))
    assert len(made) == count
    assert (
        np.bincount(partition.paint(made, (20, 20)).ravel() + 1)[0] == 0
        or (partition.paint(made, (20, 20)) >= 0).all()
    )


def test_loosening_borders_keeps_every_patch_in_one_piece():
    rng = np.random.default_rng(4)
    blocks = partition.Rectangles(*(np.array([v]) for v in (0, 60, 0, 60)))
    raster = partition.paint(partition.cut(blocks, np.ones(1), 300, 10_000.0, rng), (60, 60))
    before = raster.copy()
    partition.loosen(raster, np.zeros(raster.shape, dtype=bool), rng)
    cells = np.arange(raster.size)
    groups = graph.groups_of_cells(raster.ravel().astype(np.int64), cells, raster.shape)
    assert (raster != before).any()
    assert groups.max() + 1 == 300


def test_villages_have_codes_under_their_town_and_county():
    villages = places.villages_of("340123", NAMES, 20_000)
    assert len(villages) > 200
    assert all(v.code.startswith(v.town) and v.town.startswith("340123") and v.town_name for v in villages)


def test_few_patches_get_few_villages_spread_over_the_towns():
    few = places.villages_of("340123", NAMES, 2_000)
    assert len(few) == 80
    assert len({v.town for v in few}) == len({v.town for v in places.villages_of("340123", NAMES, 20_000)})


def test_an_unknown_county_is_named():
    with pytest.raises(CountyUnknown, match="349999"):
        county_of("349999")


@pytest.mark.parametrize("patches", [1_999, 2_000_001])
def test_the_number_of_patches_has_limits(patches, tmp_path):
    with pytest.raises(PatchesOutOfRange, match=str(patches)):
        generate(Order("340123", patches, out=tmp_path))


def digests(folder) -> dict[str, str]:
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.iterdir())}


def test_the_same_order_gives_the_same_bytes_and_another_seed_gives_others(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate(Order("340321", 2_000, 2, seed=seed, faulty=True, out=tmp_path / name))
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert set(digests(tmp_path / "a").values()).isdisjoint(digests(tmp_path / "c").values())


@pytest.mark.parametrize(("county", "zone"), [("341282", 38), ("341882", 40), ("341802", 40)])
def test_counties_of_the_outer_zones_and_of_several_parts_are_made_too(county, zone, tmp_path):
    import pyogrio

    generate(Order(county, 2_000, 1, plain=True, out=tmp_path))
    file = tmp_path / f"{county}-2025.gpkg"
    info = pyogrio.read_info(file, layer="DLTB")
    assert info["crs"] == f"EPSG:{4488 + zone}"
    _, table = pyogrio.read_arrow(file, layer="DLTB")
    shapes = shapely.from_wkb(table[table.column_names[-1]].to_numpy())
    assert shapely.coverage_is_valid(shapes)
    assert int(shapely.get_coordinates(shapes)[0, 0] // 1_000_000) == zone


def test_the_outlines_are_104_counties_and_16_cities_without_fault():
    known = outlines.read(OUTLINES)
    counties = [p for p in known.values() if p.level == "county"]
    cities = [p for p in known.values() if p.level == "city"]
    assert (len(counties), len(cities)) == (104, 16)
    assert shapely.is_valid([p.shape for p in known.values()]).all()
    assert shapely.coverage_is_valid([p.shape for p in counties])
    for city in cities:
        parts = [p.shape for p in counties if p.parent == city.code]
        assert shapely.coverage_union_all(parts).equals(city.shape)


def test_no_old_county_code_is_left_in_the_outlines():
    known = outlines.read(OUTLINES)
    assert not set(outlines.PRESENT_CODE) & set(known)
    assert set(outlines.PRESENT_CODE.values()) <= set(known)


def test_the_outlines_can_be_made_again_from_the_source_byte_for_byte(tmp_path):
    source = shared("data", "01-admin", "echarts-cities", "shape-with-internal-borders")
    target = tmp_path / "again.geojson"
    told = CliRunner().invoke(
        sample,
        [
            "outlines",
            "--from",
            str(source),
            "--regions",
            str(shared("facts", "anhui_regions.csv")),
            "--out",
            str(target),
        ],
    )
    assert told.exit_code == 0, told.output
    assert target.read_bytes() == (REPOSITORY / "examples" / "outlines" / "anhui.geojson").read_bytes()


def test_the_command_writes_what_it_names_and_tells_a_wrong_county(tmp_path):
    told = CliRunner().invoke(
        sample, ["--county", "341124", "--patches", "2000", "--years", "1", "--out", str(tmp_path)]
    )
    assert told.exit_code == 0, told.output
    assert {f.name for f in tmp_path.iterdir()} == {"341124-2025.zip", "control_areas.csv"}
    wrong = CliRunner().invoke(sample, ["--county", "999999", "--out", str(tmp_path)])
    assert wrong.exit_code == 2
    assert "ZY-SMP-001" in wrong.output
