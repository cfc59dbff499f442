"""What an exception reaches, in words."""

from ziyuan.onemap.findings.models import FindingException


def scope_text(row: FindingException) -> str:
    """The scope in words."""
    rules = "、".join(row.rules)
    if row.scope == "features":
        keys = sorted({k for i in row.items for k in i["keys"]})
        named = "、".join(keys[:5]) + (f" 等 {len(keys)} 个要素" if len(keys) > 5 else "")
        return f"{rules};要素 {named}" if keys else f"{rules};所列 {len(row.items)} 个问题"
    return f"{rules};{'全县' if row.region == row.county else '区域 ' + row.region}"
