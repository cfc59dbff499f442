"""Upload sandbox (上传沙箱): one file, one child process, one driver, no network, hard limits."""

from ziyuan.base.sandbox.archive import Unpacked, unpack
from ziyuan.base.sandbox.check import Walls, disguised_vrt, require_walls, self_check
from ziyuan.base.sandbox.held import held_folder, sweep
from ziyuan.base.sandbox.limits import ArchiveLimits, Limits
from ziyuan.base.sandbox.reading import RawLayer, Reading, read_vector, read_with

__all__ = [
    "ArchiveLimits", "Limits", "RawLayer", "Reading", "Unpacked", "Walls", "disguised_vrt", "held_folder",
    "read_vector", "read_with", "require_walls", "self_check", "sweep", "unpack",
]  # fmt: skip
