"""One reason why a pack may not be published, with its place and remedy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`severity` is `error` (blocks) or `notice` (listed; allowed outside production)."""

    pack: str
    file: str
    place: str
    message: str
    remedy: str = ""
    severity: str = "error"

    def text(self) -> str:
        at = f"{self.file} {self.place}".strip()
        hint = f";{self.remedy}" if self.remedy else ""
        return f"{self.pack}  {at}:{self.message}{hint}"
