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
