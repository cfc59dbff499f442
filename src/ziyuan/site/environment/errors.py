"""What can be missing or in the way while a node is set up; each names the place and the remedy."""

from pathlib import Path

from ziyuan.base.errors import UserError, ZiyuanError


class StepFailed(ZiyuanError):
    """A step of the set-up ended with an error of the tool it called."""

    code = "ZY-ENV-001"
    remedy = "请按日志末尾的提示处理后重新运行同一条命令;已完成的步骤不会重做。"

    def __init__(self, step: str, log: Path | str, tail: str = "", remedy: str | None = None) -> None:
        shown = f"\n{tail.rstrip()}" if tail.strip() else ""
        super().__init__(f"步骤“{step}”没有成功,日志:{log}{shown}", remedy=remedy, step=step, log=str(log))


class PackagesMissing(UserError):
    """Debian packages are missing and this user may not install them."""

    code = "ZY-ENV-002"

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            f"缺少系统软件包:{'、'.join(missing)};当前用户不能安装。",
            remedy=f"请管理员运行:apt-get install {' '.join(missing)},或以 root(sudo)运行本命令。",
            missing=missing,
        )


class SystemUnknown(UserError):
    """Packages are missing on a system this set-up has no package list for."""

    code = "ZY-ENV-003"

    def __init__(self, system: str, missing: list[str]) -> None:
        super().__init__(
            f"本系统({system})上没有自动安装的办法,缺少:{'、'.join(missing)}。",
            remedy="请用本系统的办法装好 PostgreSQL 15 以上、PostGIS 3、Python 3.11 以上(含 venv)和中文字体,再运行本命令。",
            system=system,
            missing=missing,
        )


class PortBusy(UserError):
    """Another program listens where a node should."""

    code = "ZY-ENV-004"

    def __init__(self, node: str, port: int, option: str) -> None:
        super().__init__(
            f"{node} 节点的端口 {port} 已被其他程序占用。",
            remedy=f"请停掉占用端口的程序,或换一个端口:./ziyuan up {option} <端口>。",
            node=node,
            port=port,
        )


class DatabaseUnreachable(UserError):
    """The server named by ZIYUAN_DATABASE_URL does not answer, or refuses the account."""

    code = "ZY-ENV-005"
    remedy = "请核对 ZIYUAN_DATABASE_URL(postgresql://账号:口令@主机:端口/库)和服务器的访问许可。"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"连接不上数据库服务器 {where}:{reason}", where=where)


class RightsMissing(UserError):
    """The database account lacks rights the set-up needs; every one is named with its remedy."""

    code = "ZY-ENV-006"
    remedy = "请数据库管理员按上面逐条授权后重新运行。"

    def __init__(self, account: str, lines: list[str]) -> None:
        listed = "\n".join(f"  · {line}" for line in lines)
        super().__init__(f"数据库账号 {account} 缺少权限:\n{listed}", account=account, missing=lines)
        self.lines = lines


class NotHealthy(ZiyuanError):
    """A node was started but does not answer as healthy in time."""

    code = "ZY-ENV-007"

    def __init__(self, node: str, seconds: float, answer: str, log: Path) -> None:
        super().__init__(
            f"{node} 节点启动后 {seconds:.0f} 秒内没有就绪:{answer}",
            remedy=f"请查看日志 {log}(./ziyuan logs),处理后运行 ./ziyuan down,再 ./ziyuan up。",
            node=node,
        )


class NotRunning(UserError):
    """The command needs a running installation."""

    code = "ZY-ENV-008"
    status = 409
    remedy = "请先运行 ./ziyuan up。"

    def __init__(self) -> None:
        super().__init__("平台没有在运行。")


class UnknownLog(UserError):
    """No log of that name."""

    code = "ZY-ENV-009"

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"没有名为“{name}”的日志。", remedy=f"可用的有:{'、'.join(known) or '(尚无日志)'}。", name=name
        )


class BadSetting(UserError):
    """A setting of the environment or the command line cannot be used."""

    code = "ZY-ENV-011"

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"设置 {name}=“{value}”不能用。", remedy=f"应为{wanted}。", name=name, value=value)


class PythonUnusable(UserError):
    """No Python that the service user can run, or it cannot make environments."""

    code = "ZY-ENV-012"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"没有可用的 Python:{reason}",
            remedy="请安装 Python 3.11 以上和 venv(Debian:apt-get install python3-venv)。",
        )
