"""Errors of cases, tasks and applications."""

from collections.abc import Mapping, Sequence

from ziyuan.base.errors import UserError, ZiyuanError


class ActionRefused(UserError):
    code = "ZY-WFL-001"
    status = 409
    remedy = "请刷新案卷,按“办理”栏中可用的动作继续。"

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"现在不能“{action}”:{reason}。", action=action, reason=reason)


class OpinionMissing(UserError):
    code = "ZY-WFL-002"
    remedy = "请在“意见”栏写明意见后再提交。"

    def __init__(self) -> None:
        super().__init__("没有填写意见。", fields={"opinion": "必填"})


class FormIncomplete(UserError):
    code = "ZY-WFL-003"
    remedy = "请逐项改正后重新提交;已填内容都已保存。"

    def __init__(self, fields: dict[str, str]) -> None:
        told = ";".join(dict.fromkeys(fields.values()))
        super().__init__(f"有 {len(fields)} 处需要改正:{told}。", fields=fields)


class SiteNotConfirmed(UserError):
    code = "ZY-WFL-004"
    status = 409
    remedy = "请查看地图上的范围、带号和面积,确认后再提交。"

    def __init__(self) -> None:
        super().__init__("用地范围尚未确认。", fields={"site": "请上传界址点并确认"})


class SiteUnreadable(UserError):
    code = "ZY-WFL-005"
    remedy = "请按提示改正界址点文件后重新上传。"

    def __init__(self, problems: Sequence[Mapping[str, object]]) -> None:
        first = str(problems[0]["message"]).rstrip("。")
        more = f"(共 {len(problems)} 处)" if len(problems) > 1 else ""
        super().__init__(f"界址点文件未能采用:{first}{more}。", problems=problems)


class TargetNotEligible(UserError):
    code = "ZY-WFL-006"
    remedy = "请在“转办给”列表中选择同岗位的人员。"

    def __init__(self) -> None:
        super().__init__("所选人员不在本岗位或本行政区,不能接办。", fields={"to": "请重新选择"})


class ItemsMissing(UserError):
    code = "ZY-WFL-007"
    remedy = "请逐条列出要补正的字段、材料或界址点,一次性告知。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}。", fields={"items": reason})


class EffectRefused(ZiyuanError):
    code = "ZY-WFL-008"
    status = 409
    remedy = "决定没有生效,任何内容都未写入。请按原因处理后重新决定。"

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"决定的效力“{kind}”未能实现:{reason.rstrip('。')}。", kind=kind)


class UnknownEffect(ZiyuanError):
    code = "ZY-WFL-009"
    remedy = "请改正 matter.yaml 的 effects,或安装登记该效力的组件。"

    def __init__(self, kind: str) -> None:
        super().__init__(f"没有名为“{kind}”的效力。", kind=kind)


class WrongState(UserError):
    code = "ZY-WFL-010"
    status = 409
    remedy = "请刷新页面查看最新状态。"

    def __init__(self, what: str, state: str) -> None:
        super().__init__(f"{what}:当前状态为“{state}”,不能执行。", state=state)


class RatingRefused(UserError):
    code = "ZY-WFL-011"
    status = 409
    remedy = "每件申报评价一次,提交后不能修改。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"不能评价:{reason}。")


class DocumentFault(ZiyuanError):
    code = "ZY-WFL-012"
    remedy = "请检查事项的文书模板后重试。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"文书未能生成:{reason}。")


class OutsideProvince(UserError):
    code = "ZY-WFL-013"
    remedy = "请核对坐标系、带号和坐标轴顺序后重新上传界址点。"

    def __init__(self) -> None:
        super().__init__("用地范围不在本节点所辖的任何县(市、区)内。", fields={"site": "范围在辖区之外"})


class DrawingUnreadable(UserError):
    code = "ZY-WFL-020"
    remedy = "请在图上修改后重新提交,或改用界址点坐标文件。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"绘制的范围未能采用:{reason.rstrip('。')}。", reason=reason)


class RowsApart(ZiyuanError):
    """The defence behind every step: the rows that people see are the tokens that wait for them."""

    code = "ZY-WFL-021"
    status = 409
    remedy = "本次操作没有写入任何内容。请把案号和流程文件交给管理员核查。"

    def __init__(self, no: str, rows: list[int], tokens: list[int]) -> None:
        super().__init__(f"案件 {no} 的待办与流程不符:待办 {rows},流程 {tokens}。", rows=rows, tokens=tokens)


class EndWithoutPerson(ZiyuanError):
    code = "ZY-WFL-022"
    status = 409
    remedy = "决定须由人作出。请在流程的结束之前放一个人工环节,重新发布。"

    def __init__(self, no: str, end: str) -> None:
        super().__init__(f"案件 {no} 的流程未经人办理即到达结束“{end}”,没有写入任何内容。", end=end)


class ChoiceNotOffered(UserError):
    code = "ZY-WFL-041"
    remedy = "请刷新案卷,在所列的可选项中重新选择。"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}不在可选范围内。", fields={"to": "请重新选择"})


class ProxyRefused(UserError):
    code = "ZY-WFL-023"
    status = 409
    remedy = "请在“委托代理”中核对现有的委托。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"委托没有办理:{reason}。")


class EffectOnWayRefused(ZiyuanError):
    code = "ZY-WFL-130"
    status = 409
    remedy = "这一步没有办理,任何内容都未写入。请按原因处理后重新办理。"

    def __init__(self, node: str, kind: str, reason: str) -> None:
        super().__init__(f"经过“{node}”时效力“{kind}”未能实现:{reason.rstrip('。')}。", node=node, kind=kind)


class EffectStands(ZiyuanError):
    code = "ZY-WFL-131"
    status = 409
    remedy = "案件仍是原状,任何内容都未写入。请先处理所指的效力,再重新办理。"

    def __init__(self, kind: str, target: str, reason: str) -> None:
        super().__init__(f"效力“{kind}”({target})不能撤销:{reason.rstrip('。')}。", kind=kind, target=target)


class MigrationRefused(UserError):
    code = "ZY-WFL-132"
    status = 409
    remedy = "请在“流程升级”中查看试算和升级单的状态后再办理。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"流程升级不能进行:{reason}。", reason=reason)


class DispatchUnreadable(UserError):
    code = "ZY-WFL-090"
    remedy = "请按“no(外部编号)、county(县级代码)、表单字段”的列名整理后重新下发。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"下发清单未能读取:{reason}。", reason=reason)


class DispatchRefused(UserError):
    """One bad row was enough, for so it was asked."""

    code = "ZY-WFL-091"
    status = 409
    remedy = "没有开立任何案件。请按行号改正后重新下发;也可以只下发合格的行。"

    def __init__(self, faults: list[dict[str, object]]) -> None:
        first = faults[0]
        super().__init__(f"有 {len(faults)} 行不合格,第 {first['line']} 行:{first['reason']}。", faults=faults)


class DispatchBroken(ZiyuanError):
    """A process of a dispatch failed, or was lost again and again."""

    code = "ZY-WFL-149"
    status = 503
    remedy = "已开立的案件有效。请排除原因后用同一清单重新下发,已有案件的行会跳过。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"成批下发中断:{reason.rstrip('。')}。", reason=reason)


class PlatformAway(ZiyuanError):
    code = "ZY-WFL-071"
    status = 503
    remedy = "案件照常办理;平台恢复以后自动补报,编码到时写入案卷。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"统一受理平台暂不可用:{reason}。")


class NumberTaken(ZiyuanError):
    code = "ZY-WFL-072"
    status = 409
    remedy = "请把两件案号和编码告诉平台的管理单位核对;改正以后自动再取。"

    def __init__(self, number: str, no: str) -> None:
        super().__init__(f"平台给案件 {no} 的编码“{number}”已属于另一件案件。", number=number)


class CalendarRefused(UserError):
    code = "ZY-WFL-073"
    remedy = "请核对通知的行政区和年度;全国的通知由省级按年度依次装入,地方的安排由所在行政区装入。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"放假通知没有装入:{reason}。", fields={"file": reason})


class UnknownSubject(ZiyuanError):
    code = "ZY-WFL-092"
    remedy = "请检查 matter.yaml 的 subject。"

    def __init__(self, kind: str | None) -> None:
        super().__init__(f"没有组件登记办理对象“{kind or ''}”。", kind=kind)


class NotUndone(UserError):
    code = "ZY-WFL-093"
    status = 409
    remedy = "已入库的版本在版本页逐个撤回或回退;未获批准的例外可以另行申请;已发布的通报用下一期更正。"

    def __init__(self, no: str) -> None:
        super().__init__(f"{no} 已经办成,不能随案件撤销。", no=no)
