"""What the digest of a bulletin covers: number, month, the figures and the rows behind them."""

from typing import Any

from ziyuan.base import canonical
from ziyuan.onemap.catalogue.models import Bulletin


def digest(no: str, month: str, told: dict[str, Any]) -> str:
    """The digest of these figures."""
    return canonical.digest("bulletin", {"no": no, "month": month, "figures": _plain(told)}).hex()


def whole(row: Bulletin) -> bool:
    """Are the figures those of the digest?"""
    return digest(row.no, row.month, row.figures) == row.digest


def _plain(value: Any) -> Any:
    """Figures as the canonical encoding takes them: a rate becomes text, so that no binary fraction is digested."""
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, float) else value
