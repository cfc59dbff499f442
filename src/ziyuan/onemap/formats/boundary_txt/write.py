"""Canonical writer of boundary-point text: GB18030, CRLF, 3 decimals, closing point written and counted."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ziyuan.base.geometry import Ring
from ziyuan.base.numbers import half_up
from ziyuan.onemap.formats.boundary_txt.read import Parcel


def write_boundary(
    parcels: Sequence[Parcel], *, producer: str = "", made: date | None = None, decimals: int = 3
) -> bytes:
    """The parcels, all of one zone, as canonical text. Areas are those of record, in hectares.

    Coordinates are rounded half up to `decimals`; what lies below is not in the text.
    """
    zones = {parcel.shape.zone for parcel in parcels}
    if len(zones) != 1:
        raise ValueError("parcels of one zone are wanted")
    head = [
        "[属性描述]", "格式版本号=1.01", f"数据产生单位={_plain(producer)}",
        f"数据产生日期={made.isoformat() if made else ''}", "坐标系=2000国家大地坐标系", "几度分带=3",
        "投影类型=高斯克吕格", "计量单位=米", f"带号={zones.pop()}", f"精度={Decimal(1).scaleb(-decimals)}",
        "转换参数=0,0,0,0,0,0,0", "[地块坐标]",
    ]  # fmt: skip
    lines = head + [line for parcel in parcels for line in _parcel_lines(parcel, decimals)]
    return "".join(line + "\r\n" for line in lines).encode("gb18030")


def _parcel_lines(parcel: Parcel, decimals: int) -> list[str]:
    rings = [ring for part in parcel.shape.parts for ring in part]
    count = sum(len(ring) + 1 for ring in rings)
    values = [str(count), str(half_up(parcel.area_m2 / 10_000, 4)), parcel.no, parcel.name, "面",
              parcel.sheet, parcel.use, parcel.land_class, *parcel.extra]
    lines = [",".join(_plain(value) for value in values) + ",@"]
    first = 1
    for number, ring in enumerate(rings, start=1):
        lines += _ring_lines(ring, number, first, decimals)
        first += len(ring)
    return lines


def _ring_lines(ring: Ring, number: int, first: int, decimals: int) -> list[str]:
    points = [*enumerate(ring, start=first), (first, ring[0])]
    metres = [(n, _metres(north, decimals), _metres(east, decimals)) for n, (east, north) in points]
    return [f"J{n},{number},{north},{east}" for n, north, east in metres]


def _metres(units: int, decimals: int) -> str:
    return str((Decimal(units) / 10_000).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def _plain(text: str) -> str:
    """Text that cannot be taken for a separator or end mark of the format."""
    seen = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return seen.replace(",", "、").replace("\uff0c", "、").replace("@", "(at)")
