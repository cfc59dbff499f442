"""Errors of comparing: what the declaration of no change, the files or their layers do not allow."""

from collections.abc import Iterable

from ziyuan.base.errors import UserError, nearest


class NoChangeWord(UserError):
    code = "ZY-DIF-001"
    remedy = "请在模型的 no_change 中改用列出的写法。"

    def __init__(self, name: str, value: object, allowed: Iterable[str]) -> None:
        words = tuple(allowed)
        near = nearest(str(value), words)
        hint = f",最接近的是“{near}”" if near else ""
        super().__init__(
            f"no_change.{name} 不能是“{value}”,可用:{'、'.join(words)}{hint}。", name=name, value=str(value)
        )


class NothingInCommon(UserError):
    code = "ZY-DIF-002"
    remedy = "请确认两个文件出自同一数据标准;图层名不同时用 --layer 指明。"

    def __init__(self, old: Iterable[str], new: Iterable[str]) -> None:
        super().__init__(f"两个文件没有共同的图层:旧 {'、'.join(old) or '无'};新 {'、'.join(new) or '无'}。")


class OtherSystems(UserError):
    code = "ZY-DIF-003"
    remedy = "请先把两个文件转换到同一坐标系(ziyuan map convert),再比较。"

    def __init__(self, layer: str, old: int, new: int, reason: str) -> None:
        super().__init__(
            f"图层 {layer} 两边的坐标系不同(EPSG:{old} 与 EPSG:{new}),{reason}。", layer=layer, old=old, new=new
        )
