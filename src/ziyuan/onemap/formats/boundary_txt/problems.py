# ruff: noqa: E501  (a table of sentences: one row, one line)
"""What can be wrong with a boundary-point text: one table of codes, sentences and remedies."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]

# code → (severity, sentence, remedy); `{…}` are filled in with the values met
_TABLE: dict[str, tuple[Severity, str, str]] = {
    "ZY-TXT-001": ("error", "文件为空", "请选择含有界址点坐标的文本文件。"),
    "ZY-TXT-002": ("error", "文件有 {size} 字节,超过上限 {most} 字节", "请分成几个文件提交。"),
    "ZY-TXT-003": ("error", "不是文本文件(含有不可见的二进制字节)", "请提交界址点坐标 TXT,不要提交 DWG、Word 等文件。"),
    "ZY-TXT-004": ("error", "文字编码无法识别", "请把文件另存为 UTF-8 或 GB18030(ANSI)编码。"),
    "ZY-TXT-005": ("error", "同一文件中混用 GBK 与 UTF-8 编码", "请统一编码后另存;不要把两个文件直接拼接。"),
    "ZY-TXT-006": ("warning", "文件是 UTF-16 编码", "已正确读取;建议另存为 GB18030(ANSI)。"),
    "ZY-TXT-010": ("error", "没有任何界址点", "请按“J1,1,北坐标,东坐标”逐行列出界址点。"),
    "ZY-TXT-011": ("warning", "没有[地块坐标]标题行", "请核对地块是否读全。"),
    "ZY-TXT-012": ("error", "界址点前没有以 @ 结尾的地块行", "请在该点之前补上地块行:点数,面积,编号,名称,面,图幅号,用途,地类编码,@。"),
    "ZY-TXT-013": ("error", "地块“{name}”没有界址点", "请补上界址点,或删除该地块行。"),
    "ZY-TXT-014": ("error", "读不懂这一行:“{text}”", "界址点行应为“点号,圈号,北坐标,东坐标”。"),
    "ZY-TXT-015": ("error", "“{value}”不是坐标数值", "请改为以米为单位的十进制数,如 3521200.402。"),
    "ZY-TXT-016": ("error", "圈号“{value}”不是正整数", "外圈写 1,洞从 2 起。"),
    "ZY-TXT-017": ("error", "点数“{value}”不是整数", "请填写该地块的界址点数。"),
    "ZY-TXT-018": ("error", "地块图形属性是“{value}”,不是面", "用地范围必须是面;请改正图形属性并闭合界址点。"),
    "ZY-TXT-019": ("warning", "界址点行没有圈号,按第 1 圈读取", "请核对各圈是否正确。"),
    "ZY-TXT-020": ("warning", "界址点以空格或分号分隔,不是逗号", "已按此读取,请核对。"),
    "ZY-TXT-021": ("warning", "面积“{value}”不是数值,未参与核对", "请填写以公顷为单位的面积。"),
    "ZY-TXT-030": ("error", "坐标系是“{value}”,不是 2000 国家大地坐标系", "请用省测绘部门的转换参数转换后提交;平台不做近似转换。"),
    "ZY-TXT-031": ("warning", "文件没有写明坐标系,按 2000 国家大地坐标系显示", "请在地图上核对位置后再确认。"),
    "ZY-TXT-032": ("error", "采用 {value} 度分带,不是 3 度分带", "请换算到 3 度带后提交。"),
    "ZY-TXT-033": ("error", "计量单位是“{value}”,不是米", "请换算为米后提交。"),
    "ZY-TXT-034": ("error", "投影类型是“{value}”,不是高斯-克吕格", "请换算到高斯-克吕格 3 度带后提交。"),
    "ZY-TXT-035": ("warning", "文件带有转换参数 {value},平台没有套用", "请确认坐标已是 2000 国家大地坐标系下的最终成果。"),
    "ZY-TXT-036": ("error", "带号“{value}”不是我国 3 度带的带号", "安徽的带号为 38、39、40。"),
    "ZY-TXT-040": ("warning", "坐标次序与常规相反(先东后北),已交换", "请在地图上核对位置后再确认。"),
    "ZY-TXT-041": ("error", "同一文件中坐标次序不一致", "请统一为先北(X)后东(Y)。"),
    "ZY-TXT-042": ("error", "东坐标的带号是 {found},文件头带号是 {stated}", "请核对带号,改正不实的一方。"),
    "ZY-TXT-043": ("error", "东坐标没有带号,文件头也没有写带号", "请在[属性描述]中写明带号,如“带号=39”。"),
    "ZY-TXT-044": ("error", "坐标像是经纬度({x}, {y})", "请提供 3 度带平面坐标,单位米。"),
    "ZY-TXT-045": ("error", "坐标({x}, {y})不像平面坐标", "北坐标应为 7 位整数,东坐标含带号为 8 位、不含为 6 位。"),
    "ZY-TXT-046": ("error", "同一文件中带号不一致:{found} 与 {stated}", "一个文件只能用一个带;请统一换算到本县所在的带。"),
    "ZY-TXT-047": ("error", "带号 {found} 是 6 度带的带号", "请换算到 3 度带后提交。"),
    "ZY-TXT-048": ("warning", "带号为 {found},{county}规定为 {stated} 带", "请在地图上核对位置后再确认。"),
    "ZY-TXT-050": ("warning", "地块“{name}”第 {ring} 圈没有闭合,已自动闭合", "请核对该圈是否漏点。"),
    "ZY-TXT-051": ("warning", "与上一点坐标相同,已略去", "请核对是否重复。"),
    "ZY-TXT-052": ("error", "地块“{name}”第 {ring} 圈不足 3 个不同的点", "请补全该圈的界址点。"),
    "ZY-TXT-053": ("error", "地块“{name}”的边界自相交:{where}", "请改正点的次序或坐标,使边界不自相交。"),
    "ZY-TXT-054": ("error", "地块“{name}”第 {ring} 圈与第 {other} 圈相交", "洞应完全在外圈之内,独立部分应完全在外圈之外。"),
    "ZY-TXT-055": ("warning", "地块“{name}”第 {ring} 圈不在其他圈之内,按独立部分读取", "请在地图上核对。"),
    "ZY-TXT-056": ("warning", "地块“{name}”的第 {ring} 圈中途已闭合,其后的点按另一圈读取", "请核对圈号。"),
    "ZY-TXT-057": ("error", "地块“{name}”点数写 {stated},实有 {found} 点(不计闭合点为 {bare} 点)", "请核对是否漏点或多点。"),
    "ZY-TXT-058": ("error", "地块“{name}”与“{other}”重叠约 {area} 平方米", "请修改边界,使地块互不重叠。"),
    "ZY-TXT-059": ("error", "地块“{name}”的面积为零", "请核对界址点坐标。"),
    "ZY-TXT-060": ("warning", "地块“{name}”面积写 {stated},按坐标计算为 {found} 公顷", "请核对面积与坐标;审批以按坐标计算的面积为准。"),
    "ZY-TXT-061": ("warning", "面积以{unit}为单位填写,不是公顷", "已按此核对;请在确认时留意。"),
    "ZY-TXT-062": ("warning", "地块编号“{name}”重复", "请给每个地块不同的编号。"),
    "ZY-TXT-070": ("error", "地块“{name}”不在{county}范围内(在东经 {lon}°、北纬 {lat}° 附近){hint}", "请核对带号、坐标次序和所选县区。"),
    "ZY-TXT-071": ("warning", "地块“{name}”有 {count} 个点在{county}示意范围之外", "用地跨县时属正常;否则请核对坐标。"),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One located fault. `line` counts from 1 in the file; None is the file as a whole."""

    line: int | None
    code: str
    severity: Severity
    message: str
    remedy: str

    def to_json(self) -> dict[str, object]:
        return {"line": self.line, "code": self.code, "severity": self.severity,
                "message": self.message, "remedy": self.remedy}


def problem(code: str, line: int | None = None, **values: object) -> Problem:
    """The problem `code` at `line`, its sentence filled in."""
    severity, sentence, remedy = _TABLE[code]
    place = f"第 {line} 行:" if line else ""
    return Problem(line, code, severity, place + sentence.format(**values) + "。", remedy)
