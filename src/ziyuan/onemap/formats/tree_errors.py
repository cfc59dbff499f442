"""What is wrong with the tree of a package (成果目录): each is a finding about a member, never a stop."""

from ziyuan.base.errors import UserError


class TreeMissing(UserError):
    code = "ZY-FMT-080"
    remedy = "请按成果包规定补齐后重新汇交。"

    def __init__(self, title: str, expected: str) -> None:
        super().__init__(f"成果包缺少“{title}”,应为 {expected}。", value=expected)


class TreeSurplus(UserError):
    code = "ZY-FMT-081"
    remedy = "请移出规定以外的文件;确需报送的,放入规定的说明文件夹。"

    def __init__(self, member: str) -> None:
        super().__init__(f"成员“{member}”不在成果包规定的目录中。", value=member)


class TreeMisnamed(UserError):
    code = "ZY-FMT-082"
    remedy = "请按规定的名称改名后重新汇交。"

    def __init__(self, member: str, title: str, expected: str) -> None:
        super().__init__(f"成员“{member}”像是“{title}”,名称应为 {expected}。", value=member, expected=expected)


class TreeTooMany(UserError):
    code = "ZY-FMT-083"
    remedy = "请只保留一份。"

    def __init__(self, title: str, members: list[str], most: int) -> None:
        super().__init__(f"“{title}”应不超过 {most} 份,现有 {len(members)} 份:{'、'.join(members[:5])}。", value=members[0])


class DocumentBroken(UserError):
    code = "ZY-FMT-084"
    remedy = "请用原软件重新导出该文件。"

    def __init__(self, member: str, kind: str) -> None:
        super().__init__(f"成员“{member}”的内容不是{kind}。", value=member)


class PictureCoarse(UserError):
    code = "ZY-FMT-085"
    remedy = "请按规定的分辨率重新出图。"

    def __init__(self, member: str, found: int | None, wanted: int) -> None:
        told = f"分辨率为 {found} dpi" if found else "没有注明分辨率"
        super().__init__(f"图件“{member}”{told},应不低于 {wanted} dpi。", value=None if found is None else str(found),
                         expected=str(wanted))


class LayerElsewhere(UserError):
    code = "ZY-FMT-086"
    remedy = "请把图层放入规定的成员后重新汇交。"

    def __init__(self, layer: str, member: str, expected: str) -> None:
        super().__init__(f"图层 {layer} 在成员“{member}”中,应在 {expected} 中。", layer=layer, value=member)
