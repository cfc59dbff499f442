"""What reading and running decisions (DMN) refuses."""

from __future__ import annotations

from collections.abc import Iterable

from ziyuan.base.errors import UserError, nearest


class DecisionError(UserError):
    """A fault of a decision file, with file, element and line."""

    code = "ZY-DEC-001"
    remedy = "请在决策模型中改正所指的元素。"

    def __init__(self, message: str, *, file: str = "", element: str = "", line: int = 0) -> None:
        self.bare, self.file, self.element, self.line = message, file, element, line
        place = f"{file} 第 {line} 行({element}):" if line else f"{file}:" if file else ""
        super().__init__(f"{place}{message}", file=file, element=element, line=line)


class NotADecisionFile(DecisionError):
    """The file cannot be read as DMN."""

    code = "ZY-DEC-002"
    remedy = "请提供 DMN 1.1 至 1.5 的文件。"


class UnknownDecision(DecisionError):
    """No decision, service or function of that name."""

    code = "ZY-DEC-003"
    remedy = "请核对名称；可用 ziyuan dmn check 查看文件内容。"

    def __init__(self, name: str, known: Iterable[str], *, file: str = "") -> None:
        close = nearest(name, known)
        hint = f",最接近的是“{close}”" if close else ""
        super().__init__(f"没有名为“{name}”的决策{hint}", file=file)


class OverBudget(DecisionError):
    """A run used up its steps or its depth; never turned into a null."""

    code = "ZY-DEC-004"
    remedy = "请简化所指的元素：减少循环次数、递归层数或文本长度。"
