"""Formats (格式): readers and writers, encoding guard, CRS guard. Free of Django."""

from ziyuan.onemap.formats.boundary_txt import Boundary, Parcel, Problem, read_boundary, write_boundary
from ziyuan.onemap.formats.layer_table import County, LayerTable, Member
from ziyuan.onemap.formats.layout import Layout, LayoutLayer, load_layout
from ziyuan.onemap.formats.package import Fault, Package, file_sm3, read_package

__all__ = [
    "Boundary", "County", "Fault", "LayerTable", "Layout", "LayoutLayer", "Member", "Package", "Parcel", "Problem",
    "file_sm3", "load_layout", "read_boundary", "read_package", "write_boundary",
]
