"""Upload sandbox (上传沙箱): one file, one child process, one driver, no network, hard limits."""

from ziyuan.base.sandbox.archive import Unpacked, unpack
from ziyuan.base.sandbox.check import Walls, disguised_vrt, require_walls, self_check
from ziyuan.base.sandbox.limits import ArchiveLimits, Limits
from ziyuan.base.sandbox.run import RawLayer, Reading, read_vector

__all__ = [
    "ArchiveLimits", "Limits", "RawLayer", "Reading", "Unpacked", "Walls",
    "disguised_vrt", "read_vector", "require_walls", "self_check", "unpack",
]
