"""Errors of the exchange."""

from ziyuan.base.errors import UserError, ZiyuanError


class PackageRefused(ZiyuanError):
    code = "ZY-EXC-001"
    status = 422
    remedy = "包已移入 bad 文件夹并附原因;请由发出节点核查后重发。"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"交换包 {name} 被拒收:{reason}。", name=name, reason=reason)
        self.reason = reason


class OutOfOrder(ZiyuanError):
    code = "ZY-EXC-002"
    status = 409
    remedy = "等待前面的包到达;长时间不到请核查搬运设备。"

    def __init__(self, name: str, expected: int) -> None:
        super().__init__(f"交换包 {name} 早到,正在等第 {expected} 号。", name=name, expected=expected)


class NotKept(UserError):
    code = "ZY-EXC-003"
    status = 404
    remedy = "请核对流名和序号;文件可能已按保存期限清理。"

    def __init__(self, name: str) -> None:
        super().__init__(f"没有保存交换包 {name}。", name=name)
