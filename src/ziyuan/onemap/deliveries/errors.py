"""Errors of deliveries: what cannot be delivered, decided or registered, and what to do instead."""

from ziyuan.base.errors import UserError


class MandateUnknown(UserError):
    code = "ZY-DLV-001"
    remedy = "请核对 standards/mandates 下的任务书。"

    def __init__(self, name: str) -> None:
        super().__init__(f"没有可用的汇交任务“{name}”。", name=name)


class PeriodRefused(UserError):
    code = "ZY-DLV-002"
    remedy = "请填写四位调查年度。"

    def __init__(self, period: str, first: int, last: int) -> None:
        super().__init__(f"调查年度“{period}”无效,应在 {first} 至 {last} 之间。", fields={"period": "调查年度无效"})


class NotACounty(UserError):
    code = "ZY-DLV-003"
    remedy = "请选择县级行政区(六位代码)。"

    def __init__(self, county: str) -> None:
        super().__init__(f"“{county}”不是县级行政区,不能汇交县级成果。", fields={"county": "不是县级行政区"})


class EmptyFile(UserError):
    code = "ZY-DLV-004"
    remedy = "请重新选择成果包。"

    def __init__(self, name: str) -> None:
        super().__init__(f"文件“{name}”是空的,没有接收。", fields={"file": "文件为空"})


class StillOpen(UserError):
    code = "ZY-DLV-005"
    status = 409
    remedy = "请等待其办结,或先撤回后再提交。"

    def __init__(self, no: str, state: str) -> None:
        super().__init__(f"该县该年度已有在办的汇交 {no}({state})。", no=no)


class WrongState(UserError):
    code = "ZY-DLV-006"
    status = 409
    remedy = "请刷新页面查看最新状态。"

    def __init__(self, no: str, state: str, act: str) -> None:
        super().__init__(f"汇交 {no} 当前为“{state}”,不能{act}。", no=no, state=state)


class OpinionWanted(UserError):
    code = "ZY-DLV-007"
    remedy = "请写明退回的理由和要求。"

    def __init__(self) -> None:
        super().__init__("退回必须填写意见。", fields={"opinion": "请填写意见"})


class LevelTooLow(UserError):
    code = "ZY-DLV-008"
    status = 403
    remedy = "请转报上级审核人员验收。"

    def __init__(self, act: str, level: str) -> None:
        super().__init__(f"{act}由{level}审核人员办理。", level=level)


class CommandReused(UserError):
    code = "ZY-DLV-009"
    status = 409
    remedy = "每次操作请使用新的命令编号。"

    def __init__(self, command: str) -> None:
        super().__init__(f"命令编号 {command} 已用于另一操作。", command=command)


class AlreadyForwarded(UserError):
    code = "ZY-DLV-010"
    status = 409
    remedy = "无需重复转报。"

    def __init__(self, no: str) -> None:
        super().__init__(f"汇交 {no} 已转报省级。", no=no)


class CrsAnswerUnknown(UserError):
    code = "ZY-DLV-011"
    remedy = "请填写 EPSG 代码,如 4527。"

    def __init__(self, text: str) -> None:
        super().__init__(f"坐标系“{text}”不是 EPSG 代码。", fields={"crs": "不是 EPSG 代码"})


class KeptFileBroken(UserError):
    code = "ZY-DLV-012"
    status = 409
    remedy = "请系统管理员核对文件库;县级可撤回后重新提交。"

    def __init__(self, no: str, layer: str) -> None:
        super().__init__(f"汇交 {no} 的图层 {layer} 与质检时的内容不符,不能入库。", no=no, layer=layer)


class WindowWrong(UserError):
    code = "ZY-DLV-013"
    remedy = "请按“西,南,东,北”给出四个经纬度数值。"

    def __init__(self, bbox: str) -> None:
        super().__init__(f"范围“{bbox[:60]}”不是有效的经纬度窗口。", fields={"bbox": "范围无效"})


class ControlRowWrong(UserError):
    code = "ZY-DLV-020"
    remedy = "请按列 county,edition,part,class,area_m2,source 改正后重新登记;整个文件未登记。"

    def __init__(self, row: int, field: str, value: str, why: str) -> None:
        super().__init__(
            f"控制面积表第 {row} 行 {field}=“{value}”{why}。", row=row, field=field, value=value
        )


class ControlHeadWrong(UserError):
    code = "ZY-DLV-021"
    remedy = "首行应为 county,edition,part,class,area_m2,source。"

    def __init__(self, missing: str) -> None:
        super().__init__(f"控制面积表缺少列 {missing}。", missing=missing)


class ControlTextUnreadable(UserError):
    code = "ZY-DLV-022"
    remedy = "请另存为 UTF-8 编码的 CSV。"

    def __init__(self) -> None:
        super().__init__("控制面积表不是 UTF-8 或 GB18030 编码的 CSV 文本。")
