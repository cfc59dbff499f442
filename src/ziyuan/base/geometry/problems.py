"""Why a delivered geometry can not become a shape of plane integers."""

from enum import IntEnum


class Problem(IntEnum):
    """One per geometry of a batch; 0 is none. `title` says it in Chinese."""

    NONE = 0
    MISSING = 1
    EMPTY = 2
    UNREADABLE = 3
    NOT_POLYGON = 4
    NOT_FINITE = 5
    OUTSIDE_ZONE = 6
    NOT_LINE = 7
    NOT_POINT = 8

    @property
    def title(self) -> str:
        """The problem as a person reads it."""
        return _TITLES[self]


_TITLES = {
    Problem.NONE: "无问题",
    Problem.MISSING: "没有图形",
    Problem.EMPTY: "图形为空",
    Problem.UNREADABLE: "图形无法读取(环不闭合或编码损坏)",
    Problem.NOT_POLYGON: "图形不是面",
    Problem.NOT_FINITE: "坐标不是有限数",
    Problem.OUTSIDE_ZONE: "坐标不在所声明的带内(带号不符、缺带号或东北颠倒)",
    Problem.NOT_LINE: "图形不是线",
    Problem.NOT_POINT: "图形不是点",
}
