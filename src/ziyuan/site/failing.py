"""What a command says when something broke that nobody raised on purpose: a sentence and a remedy, never a stack."""

import os
import tempfile
import traceback
from pathlib import Path

from ziyuan.base.errors import UserError, ZiyuanError, reason_of


class DatabaseAway(ZiyuanError):
    """The node's database does not answer."""

    code = "ZY-SIT-001"
    status = 503
    remedy = "请先运行 ./ziyuan up 启动平台;已启动的用 ./ziyuan status 查看,并核对这条命令是否在节点所在的机器上运行。"

    def __init__(self) -> None:
        super().__init__("这条命令要用本节点的数据库,但连接不上。")


class DatabaseBare(ZiyuanError):
    """The database answers, but the platform's tables are not there."""

    code = "ZY-SIT-002"
    status = 503
    remedy = "请运行 ./ziyuan up,建表之后再试。仍是这样的,表是没有发布的旧版本留下的:先备份,再用 ./ziyuan reset --yes 重建。"

    def __init__(self) -> None:
        super().__init__("本节点的数据库里还没有平台的表,或表是旧版的。")


class FileTrouble(UserError):
    """A file of the call could not be read or written."""

    code = "ZY-SIT-004"
    remedy = "请核对路径、权限和磁盘空间后重试。"

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"读写不了“{file}”:{reason}。", file=file)


class Broken(ZiyuanError):
    """A fault of ours: what it was, where, and where the whole story lies."""

    code = "ZY-SIT-003"

    def __init__(self, error: Exception, story: Path) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        super().__init__(
            f"程序出错,命令没有完成:{type(error).__name__}({Path(place.filename).name} 第 {place.lineno} 行)。",
            remedy=f"这是程序的错,不是数据的错。请把 {story} 交给运维人员。",
        )


def told(error: Exception) -> ZiyuanError:
    """The error as a person is told of it. Classes are known by name: most commands never load Django."""
    kinds = {f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in type(error).__mro__}
    if kinds & {f"{home}.{kind}" for home in ("django", "psycopg") for kind in ("OperationalError", "InterfaceError")}:
        return DatabaseAway()
    if getattr(error.__cause__ or error, "sqlstate", None) in ("42P01", "42703", "3F000"):
        return DatabaseBare()
    if isinstance(error, OSError) and isinstance(error.filename, str | os.PathLike):
        return FileTrouble(os.fspath(error.filename), reason_of(error))
    with tempfile.NamedTemporaryFile("w", prefix="ziyuan-", suffix=".txt", delete=False, encoding="utf-8") as story:
        story.writelines(traceback.format_exception(error))
    return Broken(error, Path(story.name))
