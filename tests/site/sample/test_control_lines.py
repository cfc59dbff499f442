import itertools

import numpy as np
import pytest
import shapely

from tests.site.sample.conftest import column, read
from ziyuan.site.sample.generate import Order, generate

LINES = ("YJJBNTTB", "STBHHX", "CZKFBJ")


@pytest.fixture(scope="module")
def united(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unions")
    generate(Order("340123", 2_000, 1, control_lines="unions", plain=True, out=folder))
    return folder / "340123-2025.gpkg"


def vertices(shapes) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(shapes)))


def shared_area(first, second) -> float:
    a, b = shapely.STRtree(first).query(second, predicate="intersects")
    return float(shapely.area(shapely.intersection(second[a], first[b])).sum()) if len(a) else 0.0


@pytest.mark.parametrize("way", ["first", "united"])
def test_the_three_lines_share_no_ground(way, request):
    file = request.getfixturevalue(way)
    shapes = {name: read(file, name)[1] for name in LINES}
    assert all(len(s) for s in shapes.values())
    for one, other in itertools.combinations(LINES, 2):
        assert shared_area(shapes[one], shapes[other]) == 0, (one, other)
    for name, own in shapes.items():
        assert shapely.is_valid(own).all()
        assert shapely.union_all(own).area == pytest.approx(shapely.area(own).sum(), abs=0.01), name


def test_lines_made_of_patches_use_only_vertices_of_patches(united):
    _, patches = read(united, "DLTB")
    known = vertices(patches)
    for name in LINES:
        assert vertices(read(united, name)[1]) <= known, name


def test_lines_drawn_independently_share_no_vertex_with_the_patches(first):
    known = vertices(read(first, "DLTB")[1])
    for name in LINES:
        assert not vertices(read(first, name)[1]) & known, name


@pytest.mark.parametrize("way", ["first", "united"])
def test_permanent_farmland_lies_on_cultivated_land(way, request):
    file = request.getfixturevalue(way)
    patches, shapes = read(file, "DLTB")
    farmed = shapes[np.array([code.startswith("01") for code in column(patches, "DLBM")])]
    fields, protected = read(file, "YJJBNTTB")
    inside, _ = shapely.STRtree(farmed).query(protected, predicate="covered_by")
    assert len(np.unique(inside)) == len(protected)
    assert all(code.startswith("01") for code in column(fields, "DLBM"))
