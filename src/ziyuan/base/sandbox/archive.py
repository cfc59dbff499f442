"""Archives unpacked by ourselves (解包): nothing leaves the folder, nothing grows without bound.

Names: the UTF-8 flag of the ZIP is believed; without it the raw bytes are tried as strict UTF-8,
then as GB18030, since Chinese tools write GBK there.
"""

import hashlib
import shutil
import stat
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ziyuan.base.sandbox.errors import ArchiveTooBig, NotAnArchive, UnsafeMember
from ziyuan.base.sandbox.limits import MIB, ArchiveLimits

_CHUNK = 1 << 20
_RUBBISH = ("__MACOSX/", ".DS_Store", "Thumbs.db")


@dataclass(frozen=True)
class Unpacked:
    """One member on disk: `name` is its decoded path in the archive (nested: `a.zip/b.shp`)."""

    name: str
    path: Path
    size: int
    sm3: str


@dataclass
class _Budget:
    limits: ArchiveLimits
    archive: str
    bytes: int = 0
    members: int = 0

    def take_member(self) -> None:
        self.members += 1
        if self.members > self.limits.members:
            raise ArchiveTooBig(self.archive, "成员数", f"{self.members} 个以上", f"{self.limits.members} 个")

    def take(self, size: int) -> None:
        self.bytes += size
        if self.bytes > self.limits.total_mb * MIB:
            raise ArchiveTooBig(self.archive, "解开后总大小", f"{self.bytes // MIB} MB 以上",
                                f"{self.limits.total_mb} MB")


def unpack(
    path: Path, target: Path, *, name: str = "", limits: ArchiveLimits | None = None
) -> list[Unpacked]:
    """Unpack `path` into the new folder `target`; on any refusal nothing is left there.

    ZIPs inside the ZIP are unpacked too, up to the depth of the limits, under one budget.

    Raises NotAnArchive, UnsafeMember, ArchiveTooBig.
    """
    budget = _Budget(limits or ArchiveLimits(), name or path.name)
    target.mkdir(parents=True, exist_ok=False)
    try:
        return _unpack(path, target, "", 1, budget)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _unpack(path: Path, target: Path, prefix: str, depth: int, budget: _Budget) -> list[Unpacked]:
    if depth > budget.limits.depth:
        raise ArchiveTooBig(budget.archive, "嵌套层数", str(depth), f"{budget.limits.depth} 层")
    found: list[Unpacked] = []
    seen: set[str] = set()
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                member = _safe_name(info, budget)
                if info.is_dir() or any(part in member for part in _RUBBISH):
                    continue
                if member.casefold() in seen:
                    raise UnsafeMember(budget.archive, member, "重名")
                seen.add(member.casefold())
                found += _take(archive, info, member, target, prefix, depth, budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as problem:
        raise NotAnArchive(prefix.rstrip("/") or budget.archive, _why(problem)) from problem
    return found


def _take(archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: str, target: Path, prefix: str,
          depth: int, budget: _Budget) -> list[Unpacked]:
    budget.take_member()
    place = target.joinpath(*PurePosixPath(member).parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    written = _extract(archive, info, place, prefix + member, budget)
    if place.suffix.lower() == ".zip":
        folder = Path(tempfile.mkdtemp(prefix="in-", dir=place.parent))
        inner = _unpack(place, folder, f"{prefix}{member}/", depth + 1, budget)
        place.unlink()
        return inner
    return [written]


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Path, name: str,
             budget: _Budget) -> Unpacked:
    limits, size, digest = budget.limits, 0, hashlib.new("sm3")
    with archive.open(info) as source, open(place, "xb") as out:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            budget.take(len(chunk))
            packed = max(info.compress_size, 1)
            if size > limits.ratio_from_mb * MIB and size / packed > limits.ratio:
                raise ArchiveTooBig(budget.archive, f"成员“{name}”的压缩比", f"{size // packed} 倍以上",
                                    f"{limits.ratio} 倍")
            digest.update(chunk)
            out.write(chunk)
    return Unpacked(name, place, size, digest.hexdigest())


def _safe_name(info: zipfile.ZipInfo, budget: _Budget) -> str:
    """The decoded name, or a refusal: no link, no device, no absolute or parent path."""
    name = decoded_name(info)
    mode = info.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        raise UnsafeMember(budget.archive, name, "是链接或设备,不是普通文件")
    if info.flag_bits & 0x1:
        raise UnsafeMember(budget.archive, name, "已加密")
    name = name.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if not parts or any(ord(c) < 32 for c in name):
        raise UnsafeMember(budget.archive, name.strip() or "(空)", "名称无效")
    if name.startswith("/") or (len(parts[0]) > 1 and parts[0][1] == ":"):
        raise UnsafeMember(budget.archive, name, "使用绝对路径")
    if ".." in parts:
        raise UnsafeMember(budget.archive, name, "指向上级目录")
    if len(parts) > budget.limits.path_depth or any(len(p.encode()) > 240 for p in parts):
        raise UnsafeMember(budget.archive, name, "路径过深或名称过长")
    return str(PurePosixPath(*parts))


def decoded_name(info: zipfile.ZipInfo) -> str:
    """Name of a member as its maker wrote it."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("gb18030", errors="replace")


def _why(problem: Exception) -> str:
    text = str(problem)
    if "not a zip" in text:
        return "内容不是 ZIP 格式"
    if "CRC" in text:
        return "校验和不符,文件在传输中损坏"
    if "compression" in text or isinstance(problem, NotImplementedError):
        return "使用了不支持的压缩方法"
    return "压缩结构损坏或不完整"
