"""Errors of FEEL text: always with the place in the text, in Chinese."""

from __future__ import annotations

from ziyuan.base.errors import UserError


class FeelError(UserError):
    """A fault of an expression; `start` and `end` are code point offsets in its text."""

    code = "ZY-FEL-000"
    remedy = "请改正表达式中标出的位置。"

    def __init__(
        self, message: str, text: str = "", start: int = 0, end: int = 0, nearest: str | None = None
    ) -> None:
        self.text, self.start, self.end, self.nearest = text, start, end, nearest
        self.bare = message
        super().__init__(_located(message, text, start, end), start=start, end=end, nearest=nearest)


class FeelSyntaxError(FeelError):
    """The text does not parse."""

    code = "ZY-FEL-001"


class FeelBudgetError(FeelError):
    """The steps or the depth allowed for one evaluation are used up; never turned into a null."""

    code = "ZY-FEL-002"
    remedy = "请简化表达式：减少循环次数、嵌套层数或文本长度。"


def _located(message: str, text: str, start: int, end: int) -> str:
    if not text:
        return message
    piece = text[start:end][:40] or text[max(0, start - 10) : start + 10]
    place = f"第 {start + 1} 个字符" if start < len(text) else "表达式末尾"
    return f"{place}(“{piece}”):{message}" if piece.strip() else f"{place}:{message}"
