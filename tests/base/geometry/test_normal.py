import struct
import time

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.base.shapes import EAST, NORTH, shapes
from ziyuan.base.geometry import PlaneBatch, PlaneShape


def plain(shape):
    """The normal form written out by the words of its definition, slowly."""

    def doubled(ring):
        return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))

    def ring_words(ring, hole):
        ring = list(ring)
        area = doubled([(e - EAST, n - NORTH) for e, n in ring])
        ways = [ring, ring[::-1]] if area == 0 else [ring if (area > 0) != hole else ring[::-1]]
        least = min(way[i:] + way[:i] for way in ways for i in range(len(way)))
        return struct.pack(f">{1 + 2 * len(least)}q", len(least), *(v for point in least for v in point))

    def part_words(part):
        outer, *holes = (ring_words(ring, i > 0) for i, ring in enumerate(part))
        return struct.pack(">q", len(part)) + outer + b"".join(sorted(holes))

    parts = sorted(part_words(part) for part in shape.parts)
    return struct.pack(">qq", shape.zone, len(parts)) + b"".join(parts)


@settings(max_examples=80)
@given(st.lists(shapes(), min_size=1, max_size=5))
def test_the_normal_form_is_what_its_definition_says(several):
    assert PlaneBatch.of(several).normal_bytes() == [plain(shape) for shape in several]


@st.composite
def disguised(draw):
    """A shape, and the same one with rings turned, begun elsewhere, holes and parts in another order."""
    shape = draw(shapes())
    parts = []
    for outer, *holes in shape.parts:
        rings = [outer, *draw(st.permutations(holes))]
        changed = []
        for ring in rings:
            start = draw(st.integers(0, len(ring) - 1))
            begun = ring[start:] + ring[:start]
            changed.append(begun[::-1] if draw(st.booleans()) else begun)
        parts.append(tuple(changed))
    return shape, PlaneShape(shape.zone, tuple(draw(st.permutations(parts))))


@settings(max_examples=120)
@given(disguised())
def test_another_start_direction_or_order_is_no_change(pair):
    shape, other = pair
    assert shape.normal() == other.normal()


@settings(max_examples=60)
@given(shapes(), st.data())
def test_a_vertex_moved_by_one_unit_is_a_change(shape, data):
    outer, *holes = shape.parts[0]
    place = data.draw(st.integers(0, len(outer) - 1))
    east, north = outer[place]
    moved = (*outer[:place], (east + 1, north), *outer[place + 1 :])
    assert PlaneShape(shape.zone, ((moved, *holes), *shape.parts[1:])).normal() != shape.normal()


def test_a_ring_that_touches_itself_at_its_least_vertex_has_one_form():
    low = (EAST, NORTH)
    ring = (
        low,
        (EAST + 10, NORTH - 5 + 10),
        (EAST + 10, NORTH + 20),
        low,
        (EAST + 5, NORTH + 30),
        (EAST + 1, NORTH + 30),
    )
    forms = {
        PlaneShape(39, ((way[i:] + way[:i],),)).normal()
        for way in (ring, ring[::-1])
        for i in range(len(ring))
    }
    assert len(forms) == 1


def test_a_ring_without_area_has_one_form():
    ring = tuple((EAST + x, NORTH) for x in (0, 5, 9, 5))
    forms = {
        PlaneShape(39, ((way[i:] + way[:i],),)).normal()
        for way in (ring, ring[::-1])
        for i in range(len(ring))
    }
    assert len(forms) == 1


def test_a_hole_is_not_a_second_part():
    outer = ((EAST, NORTH), (EAST + 100, NORTH), (EAST + 100, NORTH + 100), (EAST, NORTH + 100))
    inner = ((EAST + 10, NORTH + 10), (EAST + 20, NORTH + 10), (EAST + 20, NORTH + 20))
    assert PlaneShape(39, ((outer, inner),)).normal() != PlaneShape(39, ((outer,), (inner,))).normal()


def test_twenty_thousand_patches_take_well_under_a_second():
    generator = np.random.default_rng(20)
    centres = generator.uniform([39_450_000, 3_500_000], [39_550_000, 3_560_000], (20_000, 2))
    angles = np.linspace(0, 2 * np.pi, 26)[:-1]
    radii = generator.uniform(30, 70, (20_000, 25))
    points = centres[:, None] + radii[..., None] * np.stack([np.cos(angles), np.sin(angles)], -1)
    batch = PlaneBatch.from_shapely(shapely.polygons(points), 39)
    started = time.process_time()
    forms = batch.normal_bytes()
    assert time.process_time() - started < 0.9
    assert len(set(forms)) == 20_000
