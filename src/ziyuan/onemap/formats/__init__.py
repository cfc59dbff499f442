"""Formats (格式): readers and writers, encoding guard, CRS guard. Free of Django.

The names below are loaded when they are first asked for: a child that reads one file needs few of them.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ziyuan.onemap.formats.boundary_txt import Boundary, Parcel, Problem, read_boundary, write_boundary
    from ziyuan.onemap.formats.layer_table import County, LayerTable, Member
    from ziyuan.onemap.formats.layout import Layout, LayoutLayer, load_layout
    from ziyuan.onemap.formats.package import Fault, Package, file_sm3, read_package

_HOMES = {
    "boundary_txt": ("Boundary", "Parcel", "Problem", "read_boundary", "write_boundary"),
    "layer_table": ("County", "LayerTable", "Member"),
    "layout": ("Layout", "LayoutLayer", "load_layout"),
    "package": ("Fault", "Package", "file_sm3", "read_package"),
}

__all__ = [
    "Boundary", "County", "Fault", "LayerTable", "Layout", "LayoutLayer", "Member", "Package", "Parcel", "Problem",
    "file_sm3", "load_layout", "read_boundary", "read_package", "write_boundary",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = next((module for module, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
