import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.base.shapes import EAST, NORTH, shapes
from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch, PlaneShape, compiled, ellipsoid, gauss

VECTORS = [
    ([(39560000, 3520000), (39561000, 3520000), (39561000, 3521000), (39560000, 3521000)], "999909.76"),
    (
        [
            (39504123.4567, 3521034.5678),
            (39504198.7654, 3521040.1234),
            (39504190.1111, 3521121.2222),
            (39504119.9999, 3521110.3333),
        ],
        "5752.59",
    ),
    ([(39620000, 3400000), (39620200, 3400000), (39620200, 3400150), (39620000, 3400150)], "29989.33"),
    ([(39450000, 3600000), (39450350.5, 3600012.25), (39450100.75, 3600280.125)], "48471.83"),
]


@pytest.mark.parametrize(("points", "expected"), VECTORS)
def test_the_official_area_matches_the_four_known_values_to_the_last_digit(points, expected):
    shape = PlaneShape.from_shapely(shapely.Polygon(points), 39)
    assert areas.official_area_of(shape) == Decimal(expected)
    assert shape.area_official() == Decimal(expected)


def test_the_series_gives_the_area_of_a_known_map_sheet():
    south, north = math.radians(31 + 50 / 60), math.radians(31 + 52.5 / 60)
    half, middle, minutes = (north - south) / 2, (north + south) / 2, 3.75
    band = sum(
        (-1) ** k * factor * math.sin((2 * k + 1) * half) * math.cos((2 * k + 1) * middle)
        for k, factor in enumerate(ellipsoid.SERIES)
    )
    sheet = 4 * math.pi * ellipsoid.B_AXIS**2 * minutes / (360 * 60) * band
    assert sheet == pytest.approx(27_329_041.957, abs=0.0005)


def by_the_book(shape):
    """The seven steps one point at a time, written from the fact sheet, with its reference meridian 0."""
    series = [1.0033640898341927, 0.0011241893819271072, 1.6994594735188535e-06]
    series += [2.717857845577432e-09, 4.358419004834252e-12]

    def ring_area(ring):
        angles = [inverse(x, y) for x, y in dense_points(ring)]
        total = 0.0
        for (b1, l1), (b2, l2) in zip(angles, angles[1:] + angles[:1], strict=True):
            half, middle = (b2 - b1) / 2, (b1 + b2) / 2
            terms = (
                f * math.sin((2 * k + 1) * half) * math.cos((2 * k + 1) * middle)
                for k, f in enumerate(series)
            )
            total += (l1 + l2) / 2 * sum((-1) ** k * term for k, term in enumerate(terms))
        return abs(2 * 6356752.31414036**2 * total)

    return sum(ring_area(part[0]) - sum(map(ring_area, part[1:])) for part in shape.parts)


def dense_points(ring):
    found = []
    for (e1, n1), (e2, n2) in zip(ring, ring[1:] + ring[:1], strict=True):
        length = math.hypot(e2 - e1, n2 - n1) / 10_000
        parts = int(length / 70) + 1 if length > 70 else 1
        for k in range(parts):
            east, north = (a + Fraction((b - a) * k, parts) for a, b in ((e1, e2), (n1, n2)))
            found.append(
                (math.floor(east + Fraction(1, 2)) / 10_000, math.floor(north + Fraction(1, 2)) / 10_000)
            )
    return found


def inverse(east, north):
    zone = int(east // 1_000_000)
    y = east - 500_000 - zone * 1_000_000
    e = 1.57048761144159e-07 * north
    s = math.sin(e)
    k1, k2, k3, k4 = 5.05250178820567e-03, 2.98472900956587e-05, 2.41626669230084e-07, 2.22241238938534e-09
    bf = e + math.cos(e) * (k1 * s - k2 * s**3 + k3 * s**5 - k4 * s**7)
    t, n2 = math.tan(bf), 0.00673949677548 * math.cos(bf) ** 2
    v = math.sqrt(1 + n2)
    yn = y / (6399593.62586 / v)
    b = bf - v**2 * t * yn**2 / 2
    b += (5 + 3 * t**2 + n2 - 9 * n2 * t**2) * v**2 * t * yn**4 / 24
    b -= (61 + 90 * t**2 + 45 * t**4) * v**2 * t * yn**6 / 720
    series = yn - (1 + 2 * t**2 + n2) * yn**3 / 6
    series += (5 + 28 * t**2 + 24 * t**4 + 6 * n2 + 8 * n2 * t**2) * yn**5 / 120
    longitude = math.radians(3 * zone) + series / math.cos(bf)
    return tuple(math.floor(v * 206264.8062471 * 1e6 + 0.5) / 1e6 / 206264.8062471 for v in (b, longitude))


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([38, 39, 40]).flatmap(shapes))
def test_the_vectorised_formula_agrees_with_the_steps_done_one_by_one(shape):
    # the order of sums may push a second over the tie of its sixth decimal (0.03 mm): a few mm² a part
    found = float(areas.official_area(shape.batch())[0])
    assert found == pytest.approx(by_the_book(shape), abs=0.004 * len(shape.parts))


@settings(max_examples=40, deadline=None)
@given(shapes(most_parts=1))
def test_the_official_area_lies_near_the_geodesic_area_of_the_split_ring(shape):
    total = 0.0
    for place, ring in enumerate(shape.parts[0]):
        dense = shapely.segmentize(PlaneShape(39, ((ring,),)).to_shapely(), 70.0)
        longitude, latitude = shapely.get_coordinates(
            shapely.transform(
                dense, pyproj.Transformer.from_crs(4527, 4490, always_xy=True).transform, interleaved=False
            )
        ).T
        area = abs(pyproj.Geod(a=6378137.0, rf=298.257222101).polygon_area_perimeter(longitude, latitude)[0])
        total += area if place == 0 else -area
    # 0.02 m² for sides of up to 70 m (ellipsoid_area.md), on parts of 3 to 12 ha
    assert float(areas.official_area(shape.batch())[0]) == pytest.approx(total, abs=0.04)


@settings(max_examples=30, deadline=None)
@given(st.lists(shapes(), min_size=1, max_size=5))
def test_a_batch_gives_what_each_shape_gives_alone(several):
    together = areas.official_area(PlaneBatch.of(several))
    alone = [float(areas.official_area(shape.batch())[0]) for shape in several]
    assert together.tolist() == alone


@settings(max_examples=30, deadline=None)
@given(shapes(), st.data())
def test_direction_and_start_of_a_ring_do_not_matter(shape, data):
    outer, *holes = shape.parts[0]
    start = data.draw(st.integers(0, len(outer) - 1))
    turned = (outer[start:] + outer[:start])[::-1]
    other = PlaneShape(shape.zone, ((turned, *holes), *shape.parts[1:]))
    assert areas.official_area_of(other) == areas.official_area_of(shape)


def test_chunks_do_not_change_the_areas(monkeypatch):
    generator = np.random.default_rng(5)
    corners = generator.uniform([39_450_000, 3_500_000], [39_550_000, 3_560_000], (200, 2))
    batch = PlaneBatch.from_shapely(shapely.box(*corners.T, *(corners + 130).T), 39)
    whole = areas.official_area(batch)
    monkeypatch.setattr(ellipsoid, "POINTS_AT_ONCE", 37)
    assert areas.official_area(batch).tolist() == whole.tolist()


@pytest.mark.parametrize(
    ("length", "parts"),
    [
        (699_999, 1),
        (700_000, 1),
        (700_001, 2),
        (1_399_999, 2),
        (1_400_000, 3),
        (1_400_001, 3),
        (2_100_000, 4),
    ],
)
def test_a_side_is_split_above_seventy_metres(length, parts):
    ring = np.array([[EAST, NORTH], [EAST + length, NORTH], [EAST, NORTH + 100_000]], dtype=np.int64)
    _, north, _ = ellipsoid.split_sides(ring, np.array([0, 3]))
    on_side = north[north == NORTH]
    assert len(on_side) == parts + 1


@settings(max_examples=50)
@given(st.tuples(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7)))
def test_neighbours_split_a_common_side_at_the_same_points(step):
    ends = [[EAST, NORTH], [EAST + step[0], NORTH + step[1]]]
    third = [EAST + 3, NORTH - 9]
    there, back = (
        np.column_stack(ellipsoid.split_sides(np.array([*two, third]), np.array([0, 3]))[:2]).tolist()
        for two in (ends, ends[::-1])
    )
    count = there.index(ends[1])
    assert there[: count + 1] == back[: count + 1][::-1]


def test_an_empty_batch_has_no_areas():
    assert areas.official_area(PlaneBatch.from_wkb([], 39)).tolist() == []
    assert areas.official_area(PlaneBatch.from_wkb([None], 39, strict=False)).tolist() == [0.0]


def test_a_difference_goes_in_equal_parts_to_the_largest_first():
    assert areas.close_to("10.03", ["3.00", "2.00", "5.00"]) == [
        Decimal("3.01"),
        Decimal("2.01"),
        Decimal("5.01"),
    ]
    assert areas.close_to("10.04", ["3.00", "2.00", "5.00"]) == [
        Decimal("3.01"),
        Decimal("2.01"),
        Decimal("5.02"),
    ]
    assert areas.close_to("9.98", ["3.00", "2.00", "5.00"]) == [
        Decimal("2.99"),
        Decimal("2.00"),
        Decimal("4.99"),
    ]


def test_among_equal_areas_the_earlier_place_goes_first():
    assert areas.close_to("6.01", ["2.00", "2.00", "2.00"]) == [
        Decimal("2.01"),
        Decimal("2.00"),
        Decimal("2.00"),
    ]


@given(st.lists(st.integers(1000, 10**9), min_size=1, max_size=50), st.integers(-400, 400))
def test_closed_areas_sum_exactly_and_differ_by_one_share(cents, difference):
    closed = areas.close_hundredths(sum(cents) + difference, np.array(cents))
    moved = closed - np.array(cents)
    assert closed.sum() == sum(cents) + difference
    assert moved.max() - moved.min() <= 1
    assert (abs(moved) >= abs(difference) // len(cents)).all()


def test_pieces_close_to_their_site_within_a_cent_each_and_no_further():
    assert sum(areas.close_pieces("100.02", ["33.33", "66.67"])) == Decimal("100.02")
    with pytest.raises(areas.DoesNotClose, match=r"相差 0\.03 平方米,超过允许的 0\.02"):
        areas.close_pieces("100.03", ["33.33", "66.67"])


def test_what_can_not_close_is_refused():
    with pytest.raises(areas.DoesNotClose):
        areas.close_to("1.00", [])
    with pytest.raises(areas.DoesNotClose):
        areas.close_to("0.00", ["0.00", "5.00"])
    assert areas.close_to("0.00", []) == []


def test_hundredths_are_half_up():
    assert areas.hundredths([0.005, 0.0149, 999909.76036183]).tolist() == [1, 1, 99990976]


@pytest.mark.parametrize(
    ("area", "coefficient", "deducted", "remaining"),
    [
        ("1000.00", "0", "0.00", "1000.00"),
        ("1000.00", "0.1234", "123.40", "876.60"),
        ("33.33", "0.1500", "5.00", "28.33"),  # 4.9995 goes up
        ("0.05", "0.1000", "0.01", "0.04"),  # 0.005 goes up
    ],
)
def test_ridges_are_deducted_and_the_two_parts_make_the_whole(area, coefficient, deducted, remaining):
    found = areas.ridge_deduction(area, coefficient)
    assert found == (Decimal(deducted), Decimal(remaining))
    assert found.deducted + found.remaining == Decimal(area)


@pytest.mark.parametrize("bad", ["-0.0001", "1", "1.5", "0.12345"])
def test_a_ridge_coefficient_out_of_range_is_refused(bad):
    with pytest.raises(areas.RidgeOutOfRange):
        areas.ridge_deduction("100", bad)


@settings(max_examples=40, deadline=None)
@given(st.tuples(st.integers(-(2 * 10**8), 2 * 10**8), st.integers(-(2 * 10**8), 2 * 10**8)))
def test_split_points_are_the_exact_fractions_on_sides_of_any_length(step):
    ends = [(EAST, NORTH), (EAST + step[0], NORTH + step[1])]
    east, north, _ = ellipsoid.split_sides(np.array([*ends, (EAST + 1, NORTH + 1)]), np.array([0, 3]))
    length = math.isqrt(step[0] ** 2 + step[1] ** 2)
    exactly = step[0] ** 2 + step[1] ** 2 == 700_000**2
    parts = 1 if exactly else length // 700_000 + 1
    half = Fraction(1, 2)
    wanted = [tuple(start + math.floor(Fraction(d * k, parts) + half) for start, d in zip(ends[0], step, strict=True))
              for k in range(parts)]  # fmt: skip
    assert [(int(e), int(n)) for e, n in zip(east[:parts], north[:parts], strict=True)] == wanted


def test_latitude_and_longitude_are_those_of_the_series_at_every_northing():
    made = np.random.default_rng(11)
    north = np.floor(made.uniform(0, 5.9e10, 3000)).astype(np.int64)
    east = np.floor(made.uniform(39_350_000, 39_650_000, 3000) * 1e4).astype(np.int64)
    latitude, longitude = gauss.Inverse(north.min(), north.max())(east, north, 39)
    y = east / 1e4 - 39_500_000.0
    foot, b2, b4, b6, l1, l3, l5 = gauss.series(north / 1e4)
    fine = gauss.RHO * 1e6
    # half a unit is the rounding; more than a thousandth of one beyond it would be the interpolation's
    assert np.abs(latitude * fine - (foot - y**2 * (b2 - y**2 * (b4 - y**2 * b6)))).max() < 0.501
    assert np.abs(longitude * fine - y * (l1 - y**2 * (l3 - y**2 * l5))).max() < 0.501


def test_compiled_and_interpreted_loops_give_the_same_bits(monkeypatch):
    """A patch has one area, whether a desk asks for it alone or a province is counted."""
    made = np.random.default_rng(5)
    rings = [np.array([EAST, NORTH]) + made.integers(-(4 * 10**7), 4 * 10**7, (made.integers(3, 40), 2)) for _ in range(200)]
    offsets = np.cumsum([0, *(len(ring) for ring in rings)])
    found = {}
    for way, worth in (("compiled", 0), ("interpreted", 10**9)):
        monkeypatch.setattr(compiled, "WORTH", worth)
        monkeypatch.setattr(compiled, "ready", lambda: False)
        east, north, dense = ellipsoid.split_sides(np.concatenate(rings), offsets)
        places = gauss.Inverse(north.min(), north.max())(east, north, 39)
        areas_of = np.empty(len(rings))
        ellipsoid.slices(*places, dense, areas_of)
        found[way] = [column.tolist() for column in (east, north, dense, *places, areas_of)]
    assert found["compiled"] == found["interpreted"]
