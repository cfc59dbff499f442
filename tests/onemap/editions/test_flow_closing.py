"""A flow matrix is closed to both years exactly, and no flow is invented for it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ziyuan.onemap.editions.flow import _stream, close_matrix


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 6), st.integers(0, 10**6))
def test_rows_and_columns_close_to_both_years(size, seed):
    random = np.random.default_rng(seed)
    raw = random.uniform(0, 10**7, (size, size)) * (random.random((size, size)) < 0.6)
    np.fill_diagonal(raw, raw.diagonal() + 10**6)
    rows = np.floor(raw.sum(axis=1) + random.uniform(-5, 5, size)).astype(np.int64)
    columns = np.floor(raw.sum(axis=0) + random.uniform(-5, 5, size)).astype(np.int64)
    columns[0] += rows.sum() - columns.sum()
    closed = close_matrix(raw, rows, columns)
    assert (closed.sum(axis=1) == rows).all()
    assert (closed.sum(axis=0) == columns).all()
    assert np.abs(closed - raw).max() < 40 * size


def test_a_matrix_that_closes_already_is_left_alone():
    raw = np.array([[500.0, 20.0], [0.0, 300.0]])
    assert (close_matrix(raw, np.array([520, 300]), np.array([500, 320])) == raw).all()


def test_a_hundredth_too_much_moves_within_a_row_that_has_both():
    raw = np.array([[500.0, 21.0, 0.0], [0.0, 300.0, 0.0], [0.0, 0.0, 9.0]])
    closed = close_matrix(raw, np.array([521, 300, 9]), np.array([501, 320, 9]))
    assert closed.tolist() == [[501, 20, 0], [0, 300, 0], [0, 0, 9]]


def test_ridges_stay_ridges_as_far_as_both_sides_have_them():
    flows = dict(_stream([("0103", 0.9), ("1203", 0.1)], [("0301", 0.96), ("1203", 0.04)]))
    assert {pair: round(share, 6) for pair, share in flows.items()} == {
        ("0103", "0301"): 0.9,
        ("1203", "1203"): 0.04,
        ("1203", "0301"): 0.06,
    }
