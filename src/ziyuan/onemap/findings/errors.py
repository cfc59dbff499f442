"""Errors of findings: what cannot be excepted, disputed or decided, and what to do instead."""

from datetime import date

from ziyuan.base.errors import UserError


class FilterUnknown(UserError):
    code = "ZY-FND-001"
    remedy = "请用列表给出的取值筛选。"

    def __init__(self, name: str, value: str, known: list[str]) -> None:
        super().__init__(f"筛选条件 {name}=“{value[:40]}”无效,可用:{'、'.join(known)}。", fields={name: "取值无效"})


class NothingChosen(UserError):
    code = "ZY-FND-002"
    remedy = "请在问题清单中勾选要申请例外的问题。"

    def __init__(self, why: str = "没有选中问题") -> None:
        super().__init__(f"{why}。", fields={"findings": why})


class NotToBeExcepted(UserError):
    code = "ZY-FND-003"
    status = 409
    remedy = "只能为最近一次汇交中仍待整改的错误和警告申请例外。"

    def __init__(self, finding: int, why: str) -> None:
        super().__init__(f"问题 {finding} {why},不能申请例外。", finding=finding)


class ReasonWanted(UserError):
    code = "ZY-FND-004"
    remedy = "请写明理由。"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}必须写明理由。", fields={"reason": "请写明理由"})


class ProofWanted(UserError):
    code = "ZY-FND-005"
    remedy = "请上传证明材料(批文、照片、说明等)。"

    def __init__(self) -> None:
        super().__init__("申请例外必须附证明材料。", fields={"proof": "请上传证明材料"})


class DayRefused(UserError):
    code = "ZY-FND-006"
    remedy = "请填写今天或以后的日期,如 2026-12-31。"

    def __init__(self, text: str) -> None:
        super().__init__(f"有效期“{text}”不是日期,或已经过去。", fields={"until": "有效期无效"})


class ScopeRefused(UserError):
    code = "ZY-FND-007"
    remedy = "范围为 features(所列要素),或 region 并给出本县或县内乡、村的代码。"

    def __init__(self, why: str, field: str = "scope") -> None:
        super().__init__(f"例外的范围无效:{why}。", fields={field: why})


class NotListedOneByOne(UserError):
    code = "ZY-FND-008"
    remedy = "请按行政区(scope=region)申请,或先改正大部分问题再申请。"

    def __init__(self, rule: str, left: int) -> None:
        super().__init__(f"规则 {rule} 另有 {left} 个问题未逐条列出,不能按要素申请例外。", rule=rule, left=left)


class StateRefused(UserError):
    code = "ZY-FND-009"
    status = 409
    remedy = "请刷新页面查看最新状态。"

    def __init__(self, no: str, state: str, act: str) -> None:
        super().__init__(f"{no} 当前为“{state}”,不能{act}。", no=no, state=state)


class OwnRequest(UserError):
    """Four eyes: nobody decides on what he or his organ asked for."""

    code = "ZY-FND-010"
    status = 403
    remedy = "请由上级机关的其他人员办理。"

    def __init__(self, no: str) -> None:
        super().__init__(f"{no} 由您本人或本机关提出,不能由您决定。", no=no)


class LevelAbove(UserError):
    code = "ZY-FND-011"
    status = 403
    remedy = "例外由市级或省级审核人员批准;异议由省级答复。"

    def __init__(self, no: str, wanted: str) -> None:
        super().__init__(f"{no} 须由{wanted}的具名人员决定。", no=no)


class CommandOfAnother(UserError):
    code = "ZY-FND-012"
    status = 409
    remedy = "每次操作请使用新的命令编号。"

    def __init__(self, command: str) -> None:
        super().__init__(f"命令编号 {command} 已用于另一操作。", command=command)


class AlreadyDisputed(UserError):
    code = "ZY-FND-013"
    status = 409
    remedy = "请等待答复。"

    def __init__(self, no: str) -> None:
        super().__init__(f"该问题已有待答复的异议 {no}。", no=no)


class ErrorsStandOpen(UserError):
    """Accepting was asked for while errors are no longer covered by an exception."""

    code = "ZY-FND-014"
    status = 409
    remedy = "请退回修改,或由县级重新申请例外。"

    def __init__(self, no: str, count: int) -> None:
        super().__init__(f"汇交 {no} 有 {count} 个错误没有有效的例外,不能验收。", no=no, count=count)


class NoFixture(UserError):
    code = "ZY-FND-015"
    status = 404
    remedy = "确认误报之后才有规则样例。"

    def __init__(self, no: str) -> None:
        super().__init__(f"异议 {no} 没有规则样例。", no=no)


def day_of(text: str | date, today: date) -> date:
    """A day from today on. Raises DayRefused."""
    try:
        day = text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        raise DayRefused(str(text)) from None
    if day < today:
        raise DayRefused(str(text))
    return day
