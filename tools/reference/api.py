"""docs/reference/api.md: both zones' operations, and the action each needs."""

import json
import os
import subprocess
import sys
from typing import Any

import yaml

from tools.reference.common import ROOT, cell

NEEDS = ROOT / "tools" / "reference" / "operations.yaml"
ZONES = {"inner": "内网(业务专网)", "outer": "外网(政务外网)"}
WORDS = {"open": "不需登录", "signed-in": "登录即可"}
HEAD = """一律在 `/api/` 下,JSON,UTF-8。机器可读的接口说明:各节点的 `/api/openapi.json`。
所需动作对应的角色见 [roles.md](roles.md);超出本人行政区的一律按“没有”(404)回答。

- 登录:`POST /api/login` 得到 `token` 与 `csrf`,并设置 HttpOnly 的 Cookie `zy_session`。脚本用 `Authorization: Bearer <token>`。
- 用 Cookie 时,非 GET 请求须带 `X-CSRFToken: <csrf>`。
- 出错:`{"code", "message", "remedy", "facts"}`,编号见 [errors.md](errors.md)。401 未登录,403 无权或缺防伪标记,404 没有,
  409 状态不对,422 输入有误(`facts.fields` 逐字段),503 数据库暂不可用。
- 列表按键翻页:`{"items", "next"}`,下一页带 `after=<next>`。`command` 相同的请求只做一次。
"""


def operations(zone: str) -> list[dict[str, Any]]:
    """The operations of a zone, asked of the code in a process of its own."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    told = subprocess.run(
        [sys.executable, "-m", "tools.reference.zone", zone],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(told.stdout)
    return found


def needs() -> dict[str, list[str]]:
    """Operation → `open`, `signed-in`, or the actions of which it needs one."""
    told = yaml.safe_load(NEEDS.read_text(encoding="utf-8"))
    return {operation: wanted.split(", ") for operation, wanted in told.items()}


def page() -> tuple[str, list[str]]:
    """The page, and operations that are not classified or no longer there."""
    wanted, seen, parts = needs(), set(), []
    for zone, title in ZONES.items():
        rows = []
        for told in operations(zone):
            name = f"{told['method']} {told['path']}"
            seen.add(name)
            shown = "、".join(WORDS.get(w, f"`{w}`") for w in wanted.get(name, ["?"]))
            rows.append(
                f"| {told['group']} | `{told['method']}` | `{told['path']}` | {cell(told['summary'])} | {shown} |"
            )
        parts.append(f"## {title}\n\n| 组 | 方法 | 地址 | 作用 | 需要 |\n|---|---|---|---|---|\n" + "\n".join(rows))
    faults = [f"接口 {name} 没有写明所需动作(tools/reference/operations.yaml)" for name in sorted(seen - wanted.keys())]
    faults += [f"operations.yaml 中的 {name} 已不存在" for name in sorted(wanted.keys() - seen)]
    return HEAD + "\n" + "\n\n".join(parts) + "\n", faults
