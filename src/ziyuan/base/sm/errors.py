"""Refusals of the cipher room."""

from ziyuan.base.errors import UserError, ZiyuanError


class CipherMissing(ZiyuanError):
    """The machine lacks the library the provider stands on."""

    code = "ZY-SM-001"
    remedy = "请安装 OpenSSL 3(Debian:apt-get install libssl3),它提供 libcrypto.so.3 及国密算法 SM2、SM3。"

    def __init__(self, what: str) -> None:
        super().__init__(f"国密算法不可用:{what}。", what=what)


class SelfTestFailed(ZiyuanError):
    """A known answer did not come out: no node may start."""

    code = "ZY-SM-002"
    remedy = "请停止使用本机:更换或修复密码库后再启动;不要跳过自检。"

    def __init__(self, vector: str) -> None:
        super().__init__(f"国密算法自检未通过:{vector}。", vector=vector)


class BadKey(UserError):
    """Text that is no SM2 key of the expected sort, or a key file others can read."""

    code = "ZY-SM-003"
    remedy = "请提供 PEM 格式的 SM2 密钥;私钥文件权限应为 0600。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"SM2 密钥不可用:{reason}。", reason=reason)


class CannotOpen(UserError):
    """Sealed bytes that do not open: wrong key, wrong label, changed, cut or re-ordered."""

    code = "ZY-SM-004"
    remedy = "请核对密钥与密文的对应关系,或请对方重新封装;不要使用解出的部分内容。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"密文无法解开:{reason}。", reason=reason)


class CipherFailed(ZiyuanError):
    """The library reported a failure where none was expected."""

    code = "ZY-SM-005"
    remedy = "请把错误编号告知运维人员,并附上 libcrypto 的版本。"

    def __init__(self, function: str, detail: str) -> None:
        super().__init__(
            f"密码库在 {function} 处报错:{detail or '无说明'}。", function=function, detail=detail
        )
