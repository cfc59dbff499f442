"""Check a standard or a model file whole: text, mapping to the edition before, proof of every rule. No database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from ziyuan.base.errors import UserError, ZiyuanError
from ziyuan.onemap.standards import library, loader, places
from ziyuan.onemap.standards.errors import StandardNotFound
from ziyuan.onemap.standards.mapping import mapping_file, read_mapping
from ziyuan.onemap.standards.model import Model
from ziyuan.onemap.standards.reading import Problems

PROOFS = places.ROOT.parent / ".ziyuan" / "proofs"
_SOURCES = Path(__file__).resolve().parents[2]


@dataclass
class Checked:
    """What a check of one standard found."""

    name: str
    model: Model | None = None
    problems: list[ZiyuanError] = field(default_factory=list)
    proved: int = 0
    before: bool = False
    """True when the proof was already at hand: neither text nor program has changed since."""

    def lines(self) -> Iterator[str]:
        """Problems, or one line that it passed."""
        for problem in self.problems:
            yield problem.to_text()
        if self.problems:
            yield f"{self.name}  {len(self.problems)} 个问题。"
        elif self.model is not None:
            listed = f"，{len(self.model.catalogue)} 个只列入目录" if self.model.catalogue else ""
            told = f"{self.proved} 条规则各有反例和正例" if self.proved else "只校验了文本"
            told = told if self.model.all_rules() else "没有规则"
            told += "（上次已证明）" if self.before else ""
            yield f"{self.model.name}  通过：{len(self.model.entities)} 个图层{listed}，{told}。"

    def json_lines(self) -> Iterator[str]:
        """A line a problem, then the summary."""
        for problem in self.problems:
            yield json.dumps(problem.to_dict(), ensure_ascii=False, default=str)
        facts: dict[str, Any] = {"name": self.model.name if self.model else self.name, "problems": len(self.problems)}
        if self.model is not None:
            facts |= {"layers": len(self.model.entities), "catalogue_only": len(self.model.catalogue), "proved": self.proved}
        yield json.dumps({"summary": facts}, ensure_ascii=False)


def check(name: str, *, prove: bool = True, again: bool = False) -> Checked:
    """Check the standard of a name, or the model file (or folder) of a path. Raises StandardNotFound only."""
    path, shown = _place(name)
    result = Checked(name)
    result.problems = [*loader.problems_of(path, shown)]
    if result.problems:
        return result
    result.model = loader.load_file(path, shown)
    result.problems += _mapping_problems(result.model)
    if prove and not result.problems:
        _prove(result, result.model, again)
    return result


def _place(name: str) -> tuple[Path, str]:
    """The model file of a path or a name, and how messages call it."""
    path = Path(name)
    if path.exists():
        return path, str(path / "model.yaml" if path.is_dir() else path)
    if "/" in name or name.endswith((".yaml", ".yml")):
        raise StandardNotFound(name, places.names())
    full = places.full_name(name)
    return places.model_file(full), f"standards/{full.replace('@', '/')}/model.yaml"


def _mapping_problems(model: Model) -> list[UserError]:
    """What is wrong with the mapping from the edition before, where there is one."""
    path = mapping_file(model)
    if path is None:
        return []
    problems = Problems(every=True)
    with problems.kept():
        old = library.edition_before(model, path)
        read_mapping(path, model, old, problems)
    return problems.found


def _prove(result: Checked, model: Model, again: bool) -> None:
    """Run the fixtures of every rule, unless the same text was proven by the same program before."""
    from ziyuan.onemap.quality.fixtures.proof import prove_rule

    rules = model.all_rules()
    mark = PROOFS / digest(model)
    if not again and mark.exists():
        result.proved, result.before = len(rules), True
        return
    problems = Problems(every=True)
    for rule in rules:
        with problems.kept():
            prove_rule(model, rule)
    result.problems += problems.found
    result.proved = len(rules) - len(problems.found)
    if not result.problems:
        _remember(mark, model)


def _remember(mark: Path, model: Model) -> None:
    """Keep the proof; where nothing can be written, the next check proves again."""
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(model.name + "\n", encoding="utf-8")
    except OSError:
        return


def digest(model: Model) -> str:
    """Digest of a model's text, of its code tables, and of the program that judges by it."""
    hashed = sha256(f"{model!r}".encode())
    for room in ("onemap/quality", "onemap/standards", "onemap/formats", "base/geometry", "base/areas", "base/feel"):
        folder = _SOURCES / room
        for source in sorted(folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]):
            hashed.update(source.read_bytes() if source.exists() else b"")
    return hashed.hexdigest()
