"""Who acts: passed as an argument to every verb, never a global."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in his posts, or the node itself (`person` is None)."""

    person: int | None
    name: str
    organ: str
    organ_name: str
    region: str
    roles: frozenset[str] = field(default_factory=frozenset)
    node: str = ""

    @property
    def is_system(self) -> bool:
        return self.person is None
