"""What can go wrong at the deliverer's side."""

from ziyuan.base.errors import UserError


class NoInstallation(UserError):
    code = "ZY-CLI-001"
    remedy = "请先运行 ./ziyuan up,或用 --url 指明节点地址。"

    def __init__(self) -> None:
        super().__init__("这里没有正在运行的安装。")


class NobodyToSignIn(UserError):
    code = "ZY-CLI-002"
    remedy = "请用 --user 和 --password-file 指明账号。"

    def __init__(self, county: str) -> None:
        super().__init__(f"没有找到 {county} 的汇交账号。")


class FileUnreadable(UserError):
    code = "ZY-CLI-003"
    remedy = "请核对文件是否存在、是否有读取权限。"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"读不了“{name}”:{why}。", file=name)


class ReceiptBroken(UserError):
    code = "ZY-CLI-004"
    remedy = "请向出具回执的机关核实。"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"回执“{name}”核验不通过:{why}。", file=name)


class UploadStuck(UserError):
    code = "ZY-CLI-005"
    remedy = "请再次运行同一条命令,将从已接收的位置继续。"

    def __init__(self, name: str, offset: int, why: object) -> None:
        super().__init__(f"“{name}”传到第 {offset} 字节后连接中断:{why}。", offset=offset)
