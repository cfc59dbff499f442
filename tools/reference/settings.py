"""docs/reference/settings.md: every environment variable and node-file key the code reads."""

import ast
import re

from tools.reference.common import ROOT, SOURCE, trees

NAME = re.compile(r"ZIYUAN_[A-Z]+(?:_[A-Z]+)*")
# name → (who sets it, what for, default)
VARIABLES = {
    "ZIYUAN_PORT_INNER": ("使用者", "内网节点端口;命令行 `--port-inner` 优先", "8100"),
    "ZIYUAN_PORT_OUTER": ("使用者", "外网节点端口;命令行 `--port-outer` 优先", "8200"),
    "ZIYUAN_PORT_DATABASE": ("使用者", "自带数据库另开的本机 TCP 端口;命令行 `--port-database` 优先", "不开"),
    "ZIYUAN_DATABASE_URL": ("使用者", "已有的数据库服务器,`postgresql://账号:口令@主机:端口/库`", "自带集簇"),
    "ZIYUAN_STATE": ("使用者", "状态目录", "root:`/var/lib/ziyuan/<摘要>`;其他:仓库下 `.ziyuan/`"),
    "ZIYUAN_VENV": ("使用者", "Python 环境所在目录", "状态目录下 `venv/`"),
    "ZIYUAN_SHARED": ("使用者", "真实数据目录,只供测试;没有时相应测试跳过并说明", "仓库旁的 `shared/`"),
    "ZIYUAN_PICTURES": ("使用者", "设为目录时,浏览器测试把各屏图片写到那里;平时不写", "不写"),
    "ZIYUAN_AXE": ("程序", "`./ziyuan test` 告诉浏览器测试 axe-core(无障碍检查)的文件", "`web/node_modules` 中的"),
    "ZIYUAN_KILLS": ("使用者", "`./ziyuan test` 中强杀进程的次数", "20"),
    "ZIYUAN_SEED": ("使用者", "强杀测试的随机种子,重放某一次时用", "每次不同"),
    "ZIYUAN_STANDARDS": ("使用者", "另一套数据标准目录", "仓库的 `standards/`"),
    "ZIYUAN_DELIVERIES": ("使用者", "`./ziyuan test` 中同时汇交的包数", "20"),
    "ZIYUAN_HUGE_MB": ("使用者", "同时汇交测试中大包的大小(MB)", "48"),
    "ZIYUAN_PASSWORD": ("使用者", "`map deliver` 的口令,配合 `--user`;也可用 `--password-file`", "示例账号"),
    "ZIYUAN_CLONE": ("`./ziyuan`", "仓库所在目录", "由 `./ziyuan` 自己给出"),
    "ZIYUAN_NODE": ("`./ziyuan`", "节点文件;平台命令据此知道自己是哪个节点", "内网节点;`--node outer` 选外网"),
    "ZIYUAN_OWNER": ("`./ziyuan`", "属主账号文件;只给建库、套用标准的命令,运行中的进程没有", "无"),
    "ZIYUAN_FERRY": ("`./ziyuan`", "摆渡进程所管的各节点文件,以冒号分隔", "由 `./ziyuan up` 给出"),
    "ZIYUAN_TEST_CLUSTER": ("`./ziyuan test`", "测试数据库服务器的说明文件", "`.ziyuan/test-cluster.json`"),
}
KEYS = {
    "name": "节点名",
    "zone": "`inner` 内网或 `outer` 外网",
    "region": "管辖的行政区代码",
    "title": "界面与审计中显示的单位名称",
    "url": "本节点地址;以 https:// 开头时 Cookie 只经 TLS 传送",
    "public_url": "外网站点地址,印在文书的二维码里;缺省同 `url`",
    "hosts": "允许的主机名;缺省只有本机",
    "data": "数据目录:文件库、版本文件、交换收发、密钥",
    "sample": "是否示例节点(建示例账号、界面注明示例)",
    "secret_key": "会话与防猜测用的密钥,安装时随机生成",
    "database": "数据库:`host`、`port`、`name`,应用账号 `app`、审计账号 `auditor`",
    "peers": "对方节点:`name`、公钥 `public_key`",
    "upload_temp": "上传文件的临时目录;缺省用系统的",
    "bind": "网页进程监听的地址",
}
HEAD = """命令行优先于环境变量,环境变量优先于上次的选择(状态目录的 `settings.json`)。
口令、密钥不经环境变量或命令行传递,只在仅属主可读的文件里。
怎样使用见 [运行与维护](../operations.md)。

"""


def variables() -> set[str]:
    """Names that the platform and its launcher read."""
    texts = [path.read_text(encoding="utf-8") for path in trees()]
    texts.append((ROOT / "ziyuan").read_text(encoding="utf-8"))
    found = {name for text in texts for name in NAME.findall(text)}
    choices = ast.walk(trees()[SOURCE / "site" / "environment" / "settings.py"])
    fields = next(n for n in choices if isinstance(n, ast.ClassDef) and n.name == "Settings").body
    return found | {
        f"ZIYUAN_{f.target.id.upper()}"
        for f in fields
        if isinstance(f, ast.AnnAssign) and isinstance(f.target, ast.Name)
    }


def keys() -> set[str]:
    """Keys of the node file that settings and the node read, or the set-up writes."""
    found: set[str] = set()
    for name, holders in (("site/settings/__init__.py", {"NODE"}), ("kernel/nodes/node.py", {"told"})):
        for node in ast.walk(trees()[SOURCE / name]):
            holder, key = None, None
            if isinstance(node, ast.Subscript):
                holder, key = node.value, node.slice
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "get"
                and node.args
            ):
                holder, key = node.func.value, node.args[0]
            if isinstance(holder, ast.Name) and holder.id in holders and isinstance(key, ast.Constant):
                found.add(str(key.value))
    return found


def page() -> tuple[str, list[str]]:
    """Both tables."""
    read, known = variables(), set(VARIABLES)
    faults = [f"环境变量 {name} 没有说明(tools/reference/settings.py)" for name in sorted(read - known)]
    faults += [
        f"环境变量 {name} 已没有程序读取" for name in sorted(known - read - {"ZIYUAN_TEST_CLUSTER", "ZIYUAN_SHARED"})
    ]
    faults += [f"节点文件的键 {key} 没有说明(tools/reference/settings.py)" for key in sorted(keys() - KEYS.keys())]
    faults += [f"节点文件的键 {key} 已没有程序读取" for key in sorted(KEYS.keys() - keys() - {"bind"})]
    rows = [f"| `{name}` | {who} | {what} | {default} |" for name, (who, what, default) in VARIABLES.items()]
    node = [f"| `{key}` | {what} |" for key, what in KEYS.items()]
    return (
        f"{HEAD}## 环境变量\n\n| 变量 | 由谁设置 | 作用 | 缺省 |\n|---|---|---|---|\n" + "\n".join(rows) + "\n\n"
        "## 节点文件\n\n每个节点一个 JSON 文件,由 `./ziyuan up` 写成。\n\n| 键 | 作用 |\n|---|---|\n"
        + "\n".join(node)
        + "\n"
    ), faults
