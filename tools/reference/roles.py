"""docs/reference/roles.md: what each role may do, from permissions.yaml, held against the code that asks."""

import ast

import yaml

from tools.reference.common import SOURCE, calls, trees

PERMISSIONS = SOURCE / "kernel" / "identity" / "permissions.yaml"
HEAD = """谁能做什么由一处决定:`kernel/identity/permissions.yaml`(动作 → 角色)× 本人机构的行政区。角色写在岗位上,岗位有起止日期。
行政区按代码范围判断:县的岗位只及本县,市的岗位及于所辖各县,省的岗位及于全省;数据库的行级权限在后面再判一次。

"""


def titles() -> dict[str, str]:
    """Role → Chinese title."""
    tree = trees()[SOURCE / "kernel" / "identity" / "titles.py"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ROLES":
            found: dict[str, str] = ast.literal_eval(node.value)
            return found
    raise LookupError("ROLES")


def asked() -> set[str]:
    """Actions that the code asks the guard for."""
    return {
        argument.value
        for tree in trees().values()
        for call in calls(tree, "require", "may")
        for argument in call.args[1:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def permitted_roles() -> dict[str, list[str]]:
    """Action → roles, as declared."""
    told: dict[str, list[str]] = yaml.safe_load(PERMISSIONS.read_text(encoding="utf-8"))
    return told


def page() -> tuple[str, list[str]]:
    """Two tables: roles by what they may do, actions by who may."""
    told = permitted_roles()
    names, used = titles(), asked()
    faults = [f"权限表没有动作 {action}" for action in sorted(used - told.keys())]
    faults += [
        f"角色 {role} 没有中文名称(identity/titles.py)"
        for role in sorted({r for w in told.values() for r in w} - names.keys())
    ]
    roles = [
        f"| {title} | `{role}` | {'、'.join(f'`{a}`' for a, who in told.items() if role in who) or '—'} |"
        for role, title in names.items()
    ]
    actions = [
        f"| `{action}` | {'、'.join(names.get(r, r) for r in who)} | {'是' if action in used else '否,登记备用'} |"
        for action, who in told.items()
    ]
    return (
        f"{HEAD}## 角色\n\n| 角色 | 编号 | 可做的动作 |\n|---|---|---|\n" + "\n".join(roles) + "\n\n## 动作\n\n"
        "| 动作 | 角色 | 程序中有判断 |\n|---|---|---|\n" + "\n".join(actions) + "\n"
    ), faults
