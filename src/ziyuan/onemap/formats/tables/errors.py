"""What stops the reading of a table, with sheet, row and column."""

from ziyuan.base.errors import UserError


class TableBroken(UserError):
    code = "ZY-TBL-001"
    remedy = "请在表格软件中打开检查,另存后重新提交。"

    def __init__(self, where: str, why: str, row: int | None = None) -> None:
        place = f"第 {row} 行" if row else ""
        super().__init__(f"{where}{place}{why}。", row=row)


class ColumnsAmbiguous(UserError):
    code = "ZY-TBL-002"
    remedy = "请只保留一组坐标列,列名用“东坐标、北坐标”或“经度、纬度”或“WKT”;转换时也可用 --xy 东列,北列 指明。"

    def __init__(self, where: str, found: str) -> None:
        super().__init__(f"{where}不能确定哪些列是坐标:{found}。", columns=found)


class CoordinateWrong(UserError):
    code = "ZY-TBL-003"
    remedy = "请改正该行的坐标;没有坐标的行请留空。"

    def __init__(self, where: str, row: int, column: str, value: str, others: int) -> None:
        more = f",另有 {others} 行" if others else ""
        super().__init__(f"{where}第 {row} 行 {column} 的值“{value[:60]}”不是坐标{more}。",
                         row=row, field=column, value=value[:60])  # fmt: skip


class ColumnNotThere(UserError):
    code = "ZY-TBL-004"
    remedy = "请核对 --xy 所写的列名。"

    def __init__(self, where: str, column: str, known: str) -> None:
        super().__init__(f"{where}没有名为“{column}”的列(有:{known})。", field=column)


class HeaderWrong(UserError):
    code = "ZY-TBL-005"
    remedy = "第一行应是列名,各列名称不同且不为空。"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}的列名行{why}。")
