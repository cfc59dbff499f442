"""Boundary-point text (界址点坐标 TXT): reader that shows everything first, and canonical writer."""

from ziyuan.onemap.formats.boundary_txt.problems import Problem
from ziyuan.onemap.formats.boundary_txt.read import Boundary, Parcel, read_boundary
from ziyuan.onemap.formats.boundary_txt.write import write_boundary

__all__ = ["Boundary", "Parcel", "Problem", "read_boundary", "write_boundary"]
