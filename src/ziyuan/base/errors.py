"""What every error of the platform looks like: a code, a sentence, a remedy, facts.

Plain Python, so that pure rules may raise them too. `ZiyuanError` is ours to repair, `UserError` is
what the person can repair. The message says what, where and which value; the remedy says the next step.
"""

import errno
from collections.abc import Iterable
from difflib import get_close_matches


class ZiyuanError(Exception):
    """Base of all errors raised on purpose.

    `code` never changes once given out (`ZY-<AREA>-nnn`), `status` is the HTTP status, `remedy` the next
    step in Chinese, `facts` the values of the message for programs; nobody parses the sentence.
    """

    code = "ZY-0000"
    status = 500
    remedy = "请把错误编号和发生时间告知运维人员。"

    def __init__(self, message: str, *, remedy: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts
        if remedy is not None:
            self.remedy = remedy

    def to_dict(self) -> dict[str, object]:
        """Code, message, remedy and facts, as the API gives them out."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy, "facts": self.facts}

    def to_text(self) -> str:
        """Two lines for a terminal or a report: code and message, below them the remedy."""
        indent = " " * (len(self.code) + 2)
        return f"{self.code}  {self.message}" + (f"\n{indent}{self.remedy}" if self.remedy else "")


class UserError(ZiyuanError):
    """The person can put it right: the message says what, the remedy says how."""

    status = 422
    remedy = ""


class UnknownName(UserError):
    """A name outside a known list, with the nearest known one."""

    code = "ZY-BAS-001"
    remedy = "请核对名称;可用的名称见提示。"

    def __init__(self, what: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        close = nearest(name, known)
        place = f"{where}:" if where else ""
        hint = f",最接近的是“{close}”" if close else ""
        super().__init__(f"{place}没有名为“{name}”的{what}{hint}。", what=what, name=name, nearest=close)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when nothing is near (case is ignored)."""
    by_fold = {k.casefold(): k for k in known}
    found = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    return by_fold[found[0]] if found else None


_REASONS = {
    errno.ENOENT: "文件或文件夹不存在", errno.ENOTDIR: "上级不是文件夹", errno.EISDIR: "同名的是文件夹",
    errno.EACCES: "没有读写权限", errno.EPERM: "没有读写权限", errno.EROFS: "磁盘只读", errno.ENOSPC: "磁盘已满",
    errno.EEXIST: "同名的已经存在", errno.ENAMETOOLONG: "名称过长", errno.EIO: "磁盘出错", errno.EDQUOT: "超出磁盘配额",
    errno.ECONNREFUSED: "对方没有应答(端口未开)", errno.ECONNRESET: "连接被对方中断", errno.ETIMEDOUT: "等待超时",
    errno.EHOSTUNREACH: "网络不通", errno.ENETUNREACH: "网络不通",
}  # fmt: skip


def reason_of(error: OSError) -> str:
    """Why the system could not read or write a file or reach a host, in Chinese."""
    if type(error).__name__ == "gaierror":  # by name: this module loads nothing
        return "没有这个主机"
    return _REASONS.get(error.errno or 0, "系统不允许")
