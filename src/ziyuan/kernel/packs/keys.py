"""Keys a pack's texts may hold. An unknown one is refused with the nearest known."""

from difflib import get_close_matches
from typing import Any

from ziyuan.kernel.packs.errors import PackFault

PACK_KEYS = frozenset(
    "id title plan_row summary owner zones requires roles layers events menu indicators exchange".split()
)
MATTER_KEYS = frozenset(
    "id title basis levels due stops process form decisions screening papers results policies public open".split()
)
PAPER_KEYS = frozenset("id title required may_share gap_days".split())
RESULT_KEYS = frozenset("title template certificate number valid_months archive effects".split())


def refuse_unknown(told: dict[str, Any], known: frozenset[str], pack: str, where: str) -> None:
    """Raise PackFault at the first key that is not known."""
    for key in told:
        if key not in known:
            near = get_close_matches(key, known, 1)
            raise PackFault(pack, f"{where} 有不认识的键“{key}”" + (f",最接近的是“{near[0]}”" if near else ""))
