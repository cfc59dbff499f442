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


class NotConsecutive(UserError):
    code = "ZY-DIF-004"
    status = 409
    remedy = "请取得两个增量包之间缺少的增量包,按次序合并或应用。"

    def __init__(self, reached: str, wanted: str) -> None:
        super().__init__(
            f"两个增量包不相接:前一个到达版本摘要 {reached[:16]}…,后一个以 {wanted[:16]}… 为基础。",
            reached=reached, wanted=wanted,
        )  # fmt: skip


class DamagedPackage(UserError):
    code = "ZY-DIF-005"
    remedy = "请向发出方重新索取增量包;不要改动包内的文件。"

    def __init__(self, member: str, reason: str) -> None:
        super().__init__(f"增量包不可用:{member}{reason}。", member=member, reason=reason)


class UnsealedPackage(UserError):
    code = "ZY-DIF-006"
    remedy = "请确认发出节点已登记为对端,再向其重新索取增量包。"

    def __init__(self, signer: str, reason: str) -> None:
        super().__init__(f"增量包的印鉴不成立(签发方“{signer or '未写明'}”):{reason}。", signer=signer)


class DigestsUnreadable(UserError):
    code = "ZY-DIF-007"
    remedy = "请用 ziyuan map digests 重新导出摘要文件,或给出节点文件。"

    def __init__(self, name: str, line: int, reason: str) -> None:
        where = f"第 {line} 行" if line else ""
        super().__init__(f"摘要文件“{name}”{where}{reason}。", name=name, line=line)
