"""Errors of the catalogue: questions without an answer, and acts out of turn."""

from collections.abc import Iterable

from ziyuan.base.errors import UserError, nearest


class NoSuchDatabase(UserError):
    code = "ZY-CAT-001"
    status = 404
    remedy = "请按职责表中的编号填写,如 DB05。"

    def __init__(self, no: str, known: Iterable[str]) -> None:
        super().__init__(f"职责表中没有数据库“{no}”。", no=no, nearest=nearest(no, known))


class DueDateWrong(UserError):
    code = "ZY-CAT-002"
    remedy = "期限应晚于调查时点,并写明依据的文件名称和文号。"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"汇交期限无法登记:{why}。", fields={field: why})


class LineageTargetUnknown(UserError):
    code = "ZY-CAT-003"
    status = 404
    remedy = "请写图层[:县代码[:版本号]]、汇交编号或案件号,如 tdt1057@2020/DLTB:340123。"

    def __init__(self, target: str, near: str | None = None) -> None:
        hint = f",最接近的是“{near}”" if near else ""
        super().__init__(f"没有“{target}”这样的图层、汇交或案件{hint}。", target=target, nearest=near)


class BulletinOutOfTurn(UserError):
    code = "ZY-CAT-004"
    status = 409
    remedy = "请刷新后按通报的当前状态办理。"

    def __init__(self, no: str, state: str, act: str) -> None:
        super().__init__(f"通报 {no} 当前为“{state}”,不能{act}。", no=no, state=state)


class OwnDraft(UserError):
    code = "ZY-CAT-005"
    status = 403
    remedy = "请由另一位有权人员办理。"

    def __init__(self, no: str) -> None:
        super().__init__(f"通报 {no} 由您编制,不能由您本人审核、签发。", no=no)


class WordsWanted(UserError):
    code = "ZY-CAT-006"
    remedy = "请写明内容后再提交。"

    def __init__(self, what: str) -> None:
        super().__init__(f"缺少{what}。", fields={"text": f"请填写{what}"})


class MonthWrong(UserError):
    code = "ZY-CAT-007"
    remedy = "请写成四位年加两位月,如 2026-10,且不晚于本月。"

    def __init__(self, month: str) -> None:
        super().__init__(f"通报月份“{month}”无效。", fields={"month": "通报月份无效"})


class NoSuchFigure(UserError):
    code = "ZY-CAT-008"
    status = 404
    remedy = "请从通报中的数字打开它的明细。"

    def __init__(self, figure: str, known: Iterable[str]) -> None:
        super().__init__(f"通报没有名为“{figure}”的数字。", figure=figure, nearest=nearest(figure, known))
