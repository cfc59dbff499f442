"""Errors of deliveries: what cannot be delivered, decided or registered, and what to do instead."""

from collections.abc import Iterable
from datetime import date

from ziyuan.base.errors import UserError, ZiyuanError, nearest


class MandateUnknown(UserError):
    code = "ZY-DLV-001"
    remedy = "请核对 standards/mandates 下的任务书。"

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        close = nearest(name, known)
        super().__init__(f"没有可用的汇交任务“{name[:40]}”" + (f",最接近的是“{close}”。" if close else "。"), name=name)


class PeriodRefused(UserError):
    code = "ZY-DLV-002"
    remedy = "请填写任务书规定的期别。"

    def __init__(self, period: str, first: int, last: int, form: str) -> None:
        super().__init__(f"期别“{period[:40]}”无效,应为{form},在 {first} 至 {last} 年之间。", fields={"period": "期别无效"})


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
    remedy = "无需重复办理。"

    def __init__(self, no: str, level: str) -> None:
        super().__init__(f"汇交 {no} 已转报{level}。", no=no)


class TurnNotYet(UserError):
    code = "ZY-DLV-027"
    status = 409
    remedy = "请等前一级办理后再办。"

    def __init__(self, no: str, level: str, verb: str) -> None:
        super().__init__(f"汇交 {no} 尚待{level}{verb}。", no=no)


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


class MandateWrong(ZiyuanError):
    code = "ZY-DLV-014"
    remedy = "请改正 standards/mandates 下的任务书。"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"任务书“{name}”不能使用:{why}。", name=name)


class KindRefused(UserError):
    code = "ZY-DLV-015"
    remedy = "请按任务书允许的方式汇交。"

    def __init__(self, title: str, kind: str, allowed: Iterable[str]) -> None:
        super().__init__(f"“{title}”不接受“{kind}”,可用的方式:{'、'.join(allowed)}。", fields={"kind": "任务书不接受"})


class PrecursorWanted(UserError):
    code = "ZY-DLV-016"
    status = 409
    remedy = "请先以“预检”方式提交一次并通过。"

    def __init__(self, county: str, period: str) -> None:
        super().__init__(f"任务书要求先预检:{county} 的 {period} 还没有通过的预检。", period=period)


class CommentWanted(UserError):
    code = "ZY-DLV-017"
    remedy = "请填写汇交说明。"

    def __init__(self) -> None:
        super().__init__("任务书要求填写汇交说明。", fields={"comment": "请填写汇交说明"})


class OrganRefused(UserError):
    code = "ZY-DLV-018"
    status = 403
    remedy = "请由任务书指定的机关汇交。"

    def __init__(self, organ: str, title: str) -> None:
        super().__init__(f"机关“{organ}”不在“{title}”的汇交机关之列。", organ=organ)


class FileKindRefused(UserError):
    code = "ZY-DLV-019"
    remedy = "请改用任务书规定的文件种类。"

    def __init__(self, name: str, allowed: Iterable[str]) -> None:
        super().__init__(f"文件“{name[:80]}”的种类不在任务书之列(可用:{'、'.join(allowed)})。", fields={"file": "文件种类不符"})


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


class NamedPartsWrong(UserError):
    code = "ZY-DLV-023"
    remedy = "请写明本次送交的图层(layers)或村级代码(villages)。"

    def __init__(self, why: str) -> None:
        super().__init__(f"局部汇交的范围不明:{why}。", fields={"layers": why})


class BaseUnknown(UserError):
    code = "ZY-DLV-024"
    remedy = "请用 ziyuan map editions 查看已入库的版本,再指明基准版本。"

    def __init__(self, against: str, why: str) -> None:
        super().__init__(f"基准版本“{against}”不能使用:{why}。", fields={"against": why})


class BaseMovedOn(UserError):
    code = "ZY-DLV-025"
    status = 409
    remedy = "请以最新版本为基准重新汇交。"

    def __init__(self, no: str, layer: str) -> None:
        super().__init__(f"汇交 {no} 所依据的版本已不是图层 {layer} 的现行版本,不能入库。", no=no, layer=layer)


class RecordWrong(UserError):
    code = "ZY-DLV-026"
    remedy = "请按任务书的字段填写,几何用 GeoJSON(CGCS2000 经纬度,EPSG:4490)。"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"备案记录的“{field}”{why}。", fields={field: why})


class UploadUnknown(UserError):
    code = "ZY-DLV-030"
    status = 404
    remedy = "请重新开始上传。"

    def __init__(self, upload: str) -> None:
        super().__init__(f"没有编号为“{upload[:40]}”的上传。")


class UploadOver(UserError):
    code = "ZY-DLV-031"
    status = 410
    remedy = "请查看该次汇交的状态;需要时重新开始上传。"

    def __init__(self, state: str) -> None:
        super().__init__(f"该上传已{state},不再接收数据。", state=state)


class UploadBusy(UserError):
    code = "ZY-DLV-032"
    status = 423
    remedy = "请等当前这一段传完,再从服务器给出的位置继续。"

    def __init__(self) -> None:
        super().__init__("另一个连接正在写入同一个上传。")


class OffsetWrong(UserError):
    code = "ZY-DLV-033"
    status = 409
    remedy = "请先查询已接收的位置(HEAD),从那里继续。"

    def __init__(self, given: int, offset: int) -> None:
        super().__init__(f"数据应从第 {offset} 字节继续,送来的却从第 {given} 字节开始。", offset=offset)


class PartBroken(UserError):
    code = "ZY-DLV-034"
    status = 460
    remedy = "请重新发送这一段。"

    def __init__(self, why: str) -> None:
        super().__init__(f"这一段数据{why},没有接收。")


class UploadTooLarge(UserError):
    code = "ZY-DLV-035"
    status = 413
    remedy = "请拆分成果包,或请系统管理员调整额度。"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class UploadOpenElsewhere(UserError):
    code = "ZY-DLV-036"
    status = 409
    remedy = "请继续原来的上传,或先取消它。"

    def __init__(self, no: str, name: str, upload: str) -> None:
        super().__init__(f"汇交 {no} 正在上传另一个文件“{name}”。", no=no, upload=upload)


class UploadLost(ZiyuanError):
    code = "ZY-DLV-037"
    status = 410
    remedy = "请重新开始上传,并请系统管理员检查磁盘。"

    def __init__(self, no: str) -> None:
        super().__init__(f"汇交 {no} 已接收的数据在磁盘上不完整。", no=no)


class DigestContradicts(UserError):
    code = "ZY-DLV-040"
    remedy = "请确认选择的是同一个文件,重新上传。"

    def __init__(self, name: str, told: str, found: str) -> None:
        super().__init__(f"文件“{name}”收到的内容与声明的 SM3 不符。", value=found, expected=told)


class CheckBroken(UserError):
    code = "ZY-DLV-041"
    remedy = "请核对成果包是否正常;文件无误时请把汇交编号告知运维人员。"

    def __init__(self, attempts: int, why: str) -> None:
        super().__init__(f"质检 {attempts} 次异常中断,没有得出结果({why})。", value=why)


class RowOutsideParts(UserError):
    code = "ZY-DLV-042"
    remedy = "请只送交所列村的要素,或把该村列入本次范围。"

    def __init__(self, layer: str, row: int, village: str, count: int) -> None:
        super().__init__(f"图层 {layer} 有 {count} 个要素不在所列的村内,第一个在第 {row} 行(“{village}”)。",
                         layer=layer, row=row, value=village)


class FeedPlaceRefused(UserError):
    code = "ZY-DLV-043"
    remedy = "请使用系统管理员在节点文件 feeds 中许可的文件夹或主机。"

    def __init__(self, location: str, why: str) -> None:
        super().__init__(f"接入地址“{location[:120]}”不能使用:{why}。", fields={"location": why})


class FeedFailed(UserError):
    code = "ZY-DLV-044"
    status = 502
    remedy = "请核对来源系统是否可用,稍后再取。"

    def __init__(self, location: str, why: str) -> None:
        super().__init__(f"从“{location[:120]}”取数失败:{why}。", location=location)


class ChangesMissing(UserError):
    code = "ZY-DLV-045"
    remedy = "请送交增量包(.zyc)、只含增量包的 zip,或同时含更新层(GX)和更新过程(GXGC)的更新包。"

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}”中没有增量包,也没有更新层。", value=name)


class ChangesElsewhere(UserError):
    code = "ZY-DLV-046"
    remedy = "请核对增量包的图层、县区和时点是否与本次汇交一致。"

    def __init__(self, layer: str, county: str, day: date, own: str, wanted: date) -> None:
        super().__init__(f"增量包为 {county} 的 {layer}、时点 {day},与本次汇交({own},时点 {wanted})不符。",
                         layer=layer, value=f"{county} {day}")


class UpdateHalf(UserError):
    code = "ZY-DLV-047"
    remedy = "更新图斑(GX)与更新过程(GXGC)须一起送交。"

    def __init__(self, there: str, missing: str) -> None:
        super().__init__(f"更新包中有 {there},没有 {missing}。", layer=missing)
