"""Who acts: passed as an argument to every verb, never a global."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in his posts, or the node itself (`person` is None).

    A standing proxy (代理人) acts with the posts of his principal: `person` is he, `principal` the one he acts for, and
    `name` says both.
    """

    person: int | None
    name: str
    organ: str
    organ_name: str
    region: str
    roles: frozenset[str] = field(default_factory=frozenset)
    node: str = ""
    principal: int | None = None
    principal_name: str = ""

    @property
    def is_system(self) -> bool:
        return self.person is None

    @property
    def acts_for(self) -> int | None:
        """Whose work this is: the principal's, else his own."""
        return self.principal or self.person

    @property
    def persons(self) -> frozenset[int]:
        """Everybody whom an act would concern: the person who acts and the one he acts for."""
        return frozenset(p for p in (self.person, self.principal) if p is not None)
