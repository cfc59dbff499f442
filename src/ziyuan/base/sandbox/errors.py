"""What the upload sandbox (上传沙箱) refuses, in words a data officer can act on."""

from ziyuan.base.errors import UserError, ZiyuanError


class WallsMissing(ZiyuanError):
    """The self-check failed; uploads stay closed until an administrator has mended it."""

    code = "ZY-SBX-001"
    status = 503
    remedy = "请系统管理员按所列原因处理后重启服务;在此之前不接收任何上传文件。"

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("上传沙箱自检未通过,暂不接收文件:" + ";".join(reasons) + "。", reasons=reasons)


class LimitBroken(UserError):
    """The child was stopped at one of its limits."""

    code = "ZY-SBX-002"
    remedy = "请检查文件是否损坏,或将数据按乡镇分成较小的文件后重新提交。"

    def __init__(self, file: str, limit: str, allowed: str) -> None:
        super().__init__(
            f"文件“{file}”读取时超出{limit}限制({allowed}),已停止读取。",
            file=file, limit=limit, allowed=allowed,
        )


class FileCrashed(UserError):
    """The reading process died; the file is malformed."""

    code = "ZY-SBX-003"
    remedy = "文件结构已损坏,请用原软件打开、检查并重新导出后再提交。"

    def __init__(self, file: str, how: str) -> None:
        super().__init__(f"文件“{file}”无法读取:读取进程异常结束({how})。", file=file, how=how)


class FileUnreadable(UserError):
    """The one allowed driver does not know this content."""

    code = "ZY-SBX-004"
    remedy = "请确认文件内容与扩展名相符,并从原软件重新导出。"

    def __init__(self, file: str, kind: str, why: str = "") -> None:
        tail = f"({why})" if why else ""
        super().__init__(f"文件“{file}”不是可读取的 {kind} 文件{tail}。", file=file, kind=kind, why=why)


class AnswerMalformed(ZiyuanError):
    """What came back over the pipe is not what was agreed; nothing of it is used."""

    code = "ZY-SBX-005"
    remedy = "请保留该文件并联系系统管理员;文件可能含有攻击读取程序的内容。"

    def __init__(self, file: str, what: str) -> None:
        super().__init__(f"读取“{file}”的结果不合约定({what}),已全部弃用。", file=file, what=what)


class NotAnArchive(UserError):
    code = "ZY-SBX-010"
    remedy = "请提交标准的 ZIP 压缩包(不加密、不分卷)。"

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"文件“{file}”不是可用的 ZIP 压缩包:{why}。", file=file, why=why)


class UnsafeMember(UserError):
    code = "ZY-SBX-011"
    remedy = "请在本机重新压缩,只放入数据文件本身,不含链接、绝对路径和上级路径。"

    def __init__(self, file: str, member: str, why: str) -> None:
        super().__init__(f"压缩包“{file}”中的成员“{member}”{why},整包未解开。", file=file, member=member)


class ArchiveTooBig(UserError):
    code = "ZY-SBX-012"
    remedy = "请去掉与成果无关的内容,不要嵌套压缩;确需更大的成果请联系接收单位调整限额。"

    def __init__(self, file: str, what: str, found: str, allowed: str) -> None:
        super().__init__(
            f"压缩包“{file}”的{what}为 {found},超出上限 {allowed},整包未解开。",
            file=file, what=what, found=found, allowed=allowed,
        )


class ReadingRefused(UserError):
    """A reader of ours refused the file inside the child; code and words are the reader's."""

    def __init__(self, code: str, name: str, message: str, remedy: str, facts: dict[str, str | int | float]) -> None:
        super().__init__(message, remedy=remedy, **{k: v for k, v in facts.items() if k != "remedy"})
        self.code = code
        self.name = name
