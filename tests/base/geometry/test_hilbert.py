"""Hilbert keys: each cell once, and one step on the curve is one step on the ground."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base.geometry.hilbert import hilbert_keys, hilbert_order


@pytest.mark.parametrize("bits", [1, 2, 3, 6])
def test_the_curve_visits_every_cell_once_and_never_jumps(bits):
    side = 2**bits
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    keys = hilbert_keys(x, y, bits)
    assert sorted(keys.tolist()) == list(range(side * side))
    way = np.argsort(keys)
    assert (np.abs(np.diff(x[way])) + np.abs(np.diff(y[way])) == 1).all()


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))
def test_a_coarser_curve_is_the_finer_one_without_its_last_digits(x, y):
    fine = hilbert_keys(np.array([x]), np.array([y]), 31)
    coarse = hilbert_keys(np.array([x >> 2]), np.array([y >> 2]), 29)
    # The curve of 29 bits is that of 31 bits two levels up; an even number of levels keeps its turning.
    assert fine[0] >> 4 == coarse[0]


def test_boxes_are_ordered_by_their_centres_and_near_ones_stay_near():
    made = np.random.default_rng(3)
    centres = made.uniform(0, 1000, (4000, 2))
    boxes = np.column_stack([centres - 1, centres + 1])
    order = hilbert_order(boxes)
    assert sorted(order.tolist()) == list(range(4000))
    steps = np.hypot(*np.diff(centres[order], axis=0).T)
    assert steps.mean() < 40  # at random it is over 500
    assert hilbert_order(boxes[:0]).tolist() == []
    assert hilbert_order(np.repeat(boxes[:1], 3, axis=0)).tolist() == [0, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=30, unique=True), st.randoms())
def test_the_order_does_not_depend_on_the_order_given(points, chance):
    boxes = np.array([(x, y, x, y) for x, y in points], float)
    shuffled = list(range(len(points)))
    chance.shuffle(shuffled)
    one = boxes[hilbert_order(boxes)]
    other = boxes[shuffled][hilbert_order(boxes[shuffled])]
    keys = {tuple(box) for box in boxes}
    assert {tuple(box) for box in other} == keys
    if len({tuple(box) for box in np.floor(boxes)}) == len(boxes) and np.ptp(boxes[:, 0]) and np.ptp(boxes[:, 1]):
        assert np.array_equal(one, other)
