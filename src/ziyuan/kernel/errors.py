"""Errors of the kernel."""

from ziyuan.base.errors import UserError, ZiyuanError
from ziyuan.kernel.identity.titles import title_of


class NotSignedIn(UserError):
    code = "ZY-KRN-001"
    status = 401
    remedy = "请先登录。"

    def __init__(self) -> None:
        super().__init__("尚未登录,或登录已超时。")


class WrongPassword(UserError):
    code = "ZY-KRN-002"
    status = 401
    remedy = "请核对用户名和密码;忘记密码时联系本单位系统管理员。"

    def __init__(self) -> None:
        super().__init__("用户名或密码不正确。")


class TryLater(UserError):
    code = "ZY-KRN-003"
    status = 429
    remedy = "请稍后再试。"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"连续登录失败,请在 {seconds} 秒后再试。", seconds=seconds)


class NotAllowed(UserError):
    code = "ZY-KRN-004"
    status = 403
    remedy = "如确需办理,请联系本单位系统管理员调整岗位。"

    def __init__(self, action: str, region: str = "") -> None:
        where = f"(行政区 {region})" if region else ""
        super().__init__(f"您的岗位无权“{title_of(action)}”{where}。", action=action, region=region)


class NotFound(UserError):
    code = "ZY-KRN-005"
    status = 404
    remedy = "请核对编号;如属其他行政区,请联系该行政区经办人。"

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"没有找到{what}“{key}”,或它不在您的行政区内。", what=what, key=str(key))


class UnknownRegion(UserError):
    code = "ZY-KRN-006"
    remedy = "请使用六位行政区划代码,如 340123;可用地区见“行政区”列表。"

    def __init__(self, region: str) -> None:
        super().__init__(f"行政区代码“{region}”未登记。", region=region)


class ForgedRequest(UserError):
    code = "ZY-KRN-007"
    status = 403
    remedy = "请刷新页面后重试;脚本请使用 Authorization: Bearer 令牌。"

    def __init__(self) -> None:
        super().__init__("请求缺少或带有错误的防伪标记(X-CSRFToken)。")


class FileMissing(ZiyuanError):
    code = "ZY-KRN-008"
    status = 500
    remedy = "请从备份恢复该文件,并运行 ziyuan audit verify 核对。"

    def __init__(self, digest: str) -> None:
        super().__init__(f"文件 {digest[:12]}… 不在文件库中。", digest=digest)


class UnknownAction(ZiyuanError):
    code = "ZY-KRN-009"
    remedy = "在 kernel/identity/permissions.yaml 中登记该动作。"

    def __init__(self, action: str) -> None:
        super().__init__(f"动作“{action}”没有登记在权限表中。", action=action)


class UnsafeRole(ZiyuanError):
    code = "ZY-KRN-010"
    remedy = "请用专门的应用角色连接:不是超级用户,无 BYPASSRLS,不拥有任何表。"

    def __init__(self, reason: str) -> None:
        super().__init__(f"数据库账号不安全,节点拒绝启动:{reason}。", reason=reason)


class NodeNotConfigured(ZiyuanError):
    code = "ZY-KRN-011"
    remedy = "请用 ./ziyuan up 启动;或以环境变量 ZIYUAN_NODE 指明节点文件。"

    def __init__(self) -> None:
        super().__init__("没有节点文件(ZIYUAN_NODE)。")


class UnknownPeer(UserError):
    code = "ZY-KRN-012"
    remedy = "请在节点文件的 peers 中登记对方节点的公钥。"

    def __init__(self, name: str) -> None:
        super().__init__(f"没有登记名为“{name}”的节点。", peer=name)


class BadEntry(UserError):
    code = "ZY-KRN-013"
    remedy = "请逐项改正后重新提交。"

    def __init__(self, fields: dict[str, str]) -> None:
        told = ";".join(dict.fromkeys(fields.values()))
        super().__init__(f"有 {len(fields)} 处需要改正:{told}。", fields=fields)


class ChangeRefused(UserError):
    code = "ZY-KRN-014"
    status = 409
    remedy = "没有任何内容被改动。请按原因处理后重新提交。"

    def __init__(self, act: str, reason: str) -> None:
        super().__init__(f"不能“{title_of(act)}”:{reason}。", act=act)


class LastHolder(UserError):
    code = "ZY-KRN-015"
    status = 409
    remedy = "请先任命继任者;或确认“待办留给继任者”后再提交,待办退回本岗位等候签收。"

    def __init__(self, role: str, tasks: int) -> None:
        super().__init__(f"这是本行政区最后一名“{role}”,名下还有 {tasks} 件待办,离任后无人办理。", role=role, tasks=tasks)


class SelfAppointment(UserError):
    code = "ZY-KRN-016"
    status = 409
    remedy = "请由另一名安全管理员办理。"

    def __init__(self, what: str) -> None:
        super().__init__(f"不能给自己{what}。")
