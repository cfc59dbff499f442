"""Formats (格式): readers and writers, encoding guard, CRS guard. Free of Django."""

from ziyuan.onemap.formats.layer_table import County, LayerTable, Member
from ziyuan.onemap.formats.layout import Layout, LayoutLayer, load_layout
from ziyuan.onemap.formats.package import Package, file_sm3, finding_of, read_package

__all__ = [
    "County", "LayerTable", "Layout", "LayoutLayer", "Member", "Package",
    "file_sm3", "finding_of", "load_layout", "read_package",
]
