"""Keys a pack's texts may hold. An unknown one is refused with the nearest known."""

from difflib import get_close_matches
from typing import Any

from ziyuan.kernel.packs.errors import PackFault

PACK_KEYS = frozenset(
    {"id", "title", "plan_row", "summary", "owner", "zones", "requires", "roles", "layers", "events", "menu"}
    | {"indicators", "exchange", "posts", "external"}
)
MATTER_KEYS = frozenset(
    {"id", "title", "basis", "levels", "due", "stops", "process", "form", "decisions", "case", "facts", "screening"}
    | {"papers", "results", "policies", "phrases", "public", "open", "messages", "terminations", "effects", "migrate"}
    | {"subject", "words", "withdrawal", "people", "panels"}
)
PAPER_KEYS = frozenset(["id", "title", "required", "may_share", "gap_days"])
RESULT_KEYS = frozenset(["title", "template", "document", "certificate", "number", "valid_months", "archive", "effects"])
TERMINATION_KEYS = frozenset(["title", "basis", "archive"])
WITHDRAWAL_KEYS = frozenset(["archive"])
CASE_KEYS = frozenset(["number", "title", "applicant", "agent"])
DUE_KEYS = frozenset(["statutory", "promised", "notify", "extension"])
POLICIES = {
    "nobody_found": frozenset({"stop", "clerk"}),
    "same_person_twice": frozenset({"ask"}),
    "own_application": frozenset({"forbid", "allow"}),
    "holder_leaves": frozenset({"successor", "pool"}),
    "overdue": frozenset({"head", "none"}),
    "recall": frozenset({"undone", "unread"}),
}
POLICY_FORMS = {
    "nobody_found": (frozenset({"role", "level"}), frozenset({"unit", "title", "level"})),
    "same_person_twice": (frozenset({"take", "basis"}),),
}


def refuse_unknown(told: dict[str, Any], known: frozenset[str], pack: str, where: str) -> None:
    """Raise PackFault at the first key that is not known."""
    for key in told:
        if key not in known:
            near = get_close_matches(key, known, 1)
            raise PackFault(pack, f"{where} 有不认识的键“{key}”" + (f",最接近的是“{near[0]}”" if near else ""))


def check_matter(told: dict[str, Any], pack: str, where: str) -> None:
    """Refuse unknown keys at every level of a matter's text, and policies nobody carries out."""
    refuse_unknown(told, MATTER_KEYS, pack, where)
    refuse_unknown(told.get("case", {}), CASE_KEYS, pack, f"{where} 的 case")
    refuse_unknown(told.get("due", {}), DUE_KEYS, pack, f"{where} 的 due")
    for paper in told.get("papers", []):
        refuse_unknown(paper, PAPER_KEYS, pack, f"{where} 的材料“{paper.get('id', '')}”")
    for name, result in told.get("results", {}).items():
        refuse_unknown(result, RESULT_KEYS, pack, f"{where} 的结果“{name}”")
    for name, ending in told.get("terminations", {}).items():
        refuse_unknown(ending, TERMINATION_KEYS, pack, f"{where} 的终止种类“{name}”")
    refuse_unknown(told.get("withdrawal", {}), WITHDRAWAL_KEYS, pack, f"{where} 的 withdrawal")
    policies = told.get("policies", {})
    refuse_unknown(policies, frozenset(POLICIES), pack, f"{where} 的 policies")
    for name, chosen in policies.items():
        if not _policy(name, chosen):
            forms = [*sorted(POLICIES[name]), *("{" + ", ".join(sorted(f)) + "}" for f in POLICY_FORMS.get(name, ()))]
            raise PackFault(pack, f"{where} 的 policies.{name} 应为 {'、'.join(forms)},不是“{chosen}”")


def _policy(name: str, chosen: Any) -> bool:
    """A policy is a word, or a form all of whose keys are given."""
    if isinstance(chosen, dict):
        return any(set(chosen) == form and all(chosen.values()) for form in POLICY_FORMS.get(name, ()))
    return isinstance(chosen, str) and chosen in POLICIES[name]
