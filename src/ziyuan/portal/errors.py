"""Errors of the web edge."""

from ziyuan.base.errors import UserError, ZiyuanError


class BadRequest(UserError):
    code = "ZY-WEB-001"
    remedy = "请按提示改正后重试;接口格式见 /api/openapi.json。"

    def __init__(self, fields: dict[str, str]) -> None:
        told = ";".join(f"{name}:{what}" for name, what in fields.items())
        super().__init__(f"请求内容有误:{told}。", fields=fields)


class NoSuchAddress(UserError):
    code = "ZY-WEB-002"
    status = 404
    remedy = "请核对地址;接口清单见 /api/openapi.json。"

    def __init__(self, path: str) -> None:
        super().__init__(f"没有这个地址:{path}。", path=path)


class DatabaseAway(ZiyuanError):
    code = "ZY-WEB-003"
    status = 503
    remedy = "请稍候几秒后重试;已确认的内容不会丢失。持续出现时请运维人员运行 ./ziyuan status。"

    def __init__(self) -> None:
        super().__init__("数据库暂时不可用。")


class Unexpected(ZiyuanError):
    code = "ZY-WEB-004"
    status = 500
    remedy = "请重试;仍不成功时请把此刻的时间告诉运维人员(日志:./ziyuan logs)。"

    def __init__(self) -> None:
        super().__init__("这次操作没有完成,没有任何内容被保存。")


class TooLarge(UserError):
    code = "ZY-WEB-005"
    status = 413
    remedy = "请压缩或拆分文件后再上传。"

    def __init__(self, what: str, limit_mb: int) -> None:
        super().__init__(f"{what}超过 {limit_mb} MB。", limit_mb=limit_mb)


class TooManyGuesses(UserError):
    code = "ZY-WEB-006"
    status = 429
    remedy = "请核对提交申报时给出的编号和查询码;也可以登录后在“我的申报”中查看。"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"这个编号连续多次查询不成功,请在 {seconds} 秒后再试。", seconds=seconds)


class NoSuchPage(UserError):
    code = "ZY-WEB-007"
    status = 404
    remedy = "请核对地址,或从首页重新进入。"

    def __init__(self, path: str) -> None:
        super().__init__(f"没有这个页面:{path}", path=path)


class ExpiredForm(UserError):
    code = "ZY-WEB-008"
    status = 403
    remedy = "请返回上一页,刷新后重新提交;浏览器须允许本站使用 Cookie。"

    def __init__(self) -> None:
        super().__init__("这份表单已经失效,本次提交没有保存。")


class UnreadableRequest(UserError):
    code = "ZY-WEB-009"
    status = 400
    remedy = "请返回上一页重新填写后提交。"

    def __init__(self) -> None:
        super().__init__("提交的内容过多、不完整或含有不能使用的字符,没有保存。")


class NoMatch(UserError):
    code = "ZY-WEB-010"
    status = 404
    remedy = "请核对提交申报时给出的编号和查询码;编号形如 AH-2026-000001。"

    def __init__(self, no: str) -> None:
        super().__init__(f"没有找到编号为“{no[:40]}”且查询码相符的申报。", no=no[:40])
