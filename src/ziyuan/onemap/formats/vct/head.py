"""The text sections of a VCT file: head, feature codes, table structures."""

import re
from dataclasses import dataclass, field

from ziyuan.base import crs
from ziyuan.onemap.formats.vct.errors import HeadWrong, NotVct
from ziyuan.onemap.formats.vct.lines import Lines

ARC = "1099000000"
KINDS = ("Point", "Line", "Polygon", "Annotation")
_OLD_MARKS = ("CNSDTF-VCT", "LANDUSE.VCT", "CADASTRE.VCT", "CNSDTF")
_OLD_SPHEROIDS = {"6378140": "1980西安坐标系", "6378245": "1954年北京坐标系"}
_SIX_PREFIXED, _SIX_BARE = 4478, 4489  # EPSG of a 6-degree zone: this + zone (13…23)
_TYPE = re.compile(r"(varchar|varbin|char|int|integer|float|double|numeric|date|time|boolean)\D*(\d+)?", re.IGNORECASE)
_TYPES = {"integer": "Int", "int": "Int", "double": "Float", "numeric": "Float", "float": "Float", "char": "Char",
          "varchar": "VarChar", "varbin": "Varbin", "date": "Date", "time": "Char", "boolean": "Char"}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One field as declared: `kind` is Char, Int, Float, Date, VarChar or Varbin."""

    name: str
    kind: str
    width: int | None
    decimals: int | None


@dataclass
class Table:
    name: str
    columns: list[Column]
    shapeless: bool = False


@dataclass(frozen=True)
class Code:
    """One feature code: `kind` is Point, Line, Polygon or Annotation, `table` its attribute table."""

    code: str
    name: str
    kind: str
    table: str


@dataclass
class Head:
    """The head's keys in lower case, and what of them the reading needs."""

    values: dict[str, str] = field(default_factory=dict)
    encoding: str = "GB18030"

    @property
    def separator(self) -> str:
        """The separator of values; a comma where the head names none."""
        return self.values.get("separator") or ","

    @property
    def north_first(self) -> bool:
        """Whether the first axis points north."""
        return self.values.get("xaxisdirection", "E").strip().upper() in ("N", "NORTH", "北")

    def system(self) -> tuple[str | None, int | None]:
        """(`EPSG:n` or None when the head does not say, the zone number it names)."""
        spheroid = self.values.get("spheroid", "")
        for radius, datum in _OLD_SPHEROIDS.items():
            if radius in spheroid:
                raise crs.OldDatum(datum, where="VCT 文件头所写的数据")
        if "2000" not in spheroid and "298.257222101" not in spheroid:
            return None, None
        if self.values.get("coordinatesystemtype", "P").strip().upper().startswith(("D", "G")):
            return f"EPSG:{crs.DEGREES}", None
        return self._plane()

    def _plane(self) -> tuple[str | None, int | None]:
        text = self.values.get("parameters", "")
        numbers = [_number(part) for part in re.split(r"[,\uff0c;|\t]", text)]
        known = [n for n in numbers if n is not None]
        if len(known) < 2 or numbers[-1] is None:
            return None, None
        zone, width = int(known[-1]), int(known[-2]) if known[-2] in (3, 6) else 3
        if zone == 0:
            return None, None
        east = next((n for n in known[1:-1] if abs(n) >= 100_000), None)
        prefix = None if east is None else int(east // 1_000_000)
        meridian = 3 * zone if width == 3 else 6 * zone - 3
        if prefix not in (None, 0, zone) or (numbers[0] is not None and abs(numbers[0] - meridian) > 1e-6):
            raise HeadWrong("Parameters", text, f"自相矛盾:带号 {zone} 与中央经线或假东坐标不符")
        return self._epsg(zone, width, prefix, text), zone

    def _epsg(self, zone: int, width: int, prefix: int | None, text: str) -> str | None:
        if prefix is None:
            return None
        low, high = (crs.FIRST_ZONE, crs.LAST_ZONE) if width == 3 else (13, 23)
        if not low <= zone <= high:
            raise HeadWrong("Parameters", text, f"的带号 {zone} 不是我国的 {width} 度带")
        if width == 3:
            return f"EPSG:{crs.epsg_of_zone(zone, prefixed=prefix > 0)}"
        return f"EPSG:{(_SIX_PREFIXED if prefix else _SIX_BARE) + zone}"

    def box(self) -> tuple[float, float, float, float] | None:
        """ExtentMin and ExtentMax as (west, south, east, north), None where absent or no numbers."""
        ends = []
        for key in ("extentmin", "extentmax"):
            parts = [_number(p) for p in re.split(r"[,\uff0c;|\s]+", self.values.get(key, "").strip())]
            if len(parts) < 2 or parts[0] is None or parts[1] is None:
                return None
            ends += [parts[1], parts[0]] if self.north_first else [parts[0], parts[1]]
        return ends[0], ends[1], ends[2], ends[3]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def read_head(lines: Lines, encoding: str) -> Head:
    """`Key:value` lines up to the next mark; also `Key=value` and full-width colons, in any order and case."""
    head = Head(encoding=encoding)
    while not lines.at_mark():
        text = lines.next().decode(encoding, "replace")
        parts = re.split(r" *[:=\uff1a]", text, maxsplit=1)
        if len(parts) != 2:
            raise lines.misplaced("“键:值”", text.encode("gb18030"))
        key = parts[0].strip().casefold()
        head.values[key] = parts[1].strip(" ") if key == "separator" else parts[1].strip()
    _check(head)
    return head


def _check(head: Head) -> None:
    mark, version = head.values.get("datamark", ""), head.values.get("version", "")
    if mark.upper() in _OLD_MARKS or re.match(r"[12](\.|$)|GB/T 17798-1999", version):
        raise NotVct(f"这是旧版 VCT(Datamark:{mark or '无'},Version:{version or '无'}),结构与 3.0 不同")
    separator = head.separator
    if len(separator) != 1 or separator.isalnum() or separator in "+-._:/":
        raise HeadWrong("Separator", head.separator, "不能用作分隔符")
    head.values["separator"] = separator
    offset = [_number(p) for p in re.split(r"[,\uff0c;|\s]+", head.values.get("offset", "0").strip() or "0")]
    if any(value != 0 for value in offset):
        raise HeadWrong("Offset", head.values["offset"], "不为零,平移方向无从确定")


def read_codes(lines: Lines, head: Head) -> dict[str, Code]:
    """Feature codes. Older writers put colours before the table name: the last value is the table."""
    codes: dict[str, Code] = {}
    while not lines.at_mark():
        line = lines.next()
        parts = [p.strip() for p in line.decode(head.encoding, "replace").split(head.separator)]
        kind = next((k for k in KINDS if len(parts) >= 3 and parts[2].casefold() == k.casefold()), None)
        if len(parts) < 4 or kind is None:
            raise lines.misplaced("“要素代码,名称,几何类型(Point、Line、Polygon、Annotation),属性表名”", line)
        codes[parts[0]] = Code(parts[0], parts[1], kind, parts[-1])
    return codes


def read_tables(lines: Lines, head: Head) -> dict[str, Table]:
    """Table structures by name in upper case; the closing `0` of a table may be missing."""
    tables: dict[str, Table] = {}
    while not lines.at_mark():
        line = lines.next()
        parts = [p.strip() for p in line.decode(head.encoding, "replace").split(head.separator)]
        if parts == ["0"]:
            continue
        if len(parts) < 2 or not parts[1].isdigit():
            raise lines.misplaced("“属性表名,字段数”", line)
        shapeless = len(parts) > 2 and parts[2].casefold() == "nonegeometry"
        columns = [_column(lines, head) for _ in range(int(parts[1]))]
        tables[parts[0].upper()] = Table(parts[0], columns, shapeless)
    return tables


def _column(lines: Lines, head: Head) -> Column:
    line = b"" if lines.at_mark() else lines.next()
    parts = [p.strip() for p in re.split(rf"[{re.escape(head.separator)}()\uff08\uff09]", line.decode(head.encoding, "replace"))]
    found = _TYPE.fullmatch(parts[1]) if len(parts) > 1 else None
    if found is None:
        raise lines.misplaced("“字段名,类型,长度”", line)
    sizes = [int(p) for p in ([found[2]] if found[2] else []) + parts[2:] if p and p.isdigit()]
    kind = _TYPES[found[1].casefold()]
    return Column(parts[0], kind, sizes[0] if sizes else None, sizes[1] if len(sizes) > 1 else None)
