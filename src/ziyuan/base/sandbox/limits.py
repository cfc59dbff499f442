"""How much one reading may cost."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits of one child process; breaking one ends the reading with a named error."""

    memory_mb: int = 4096
    cpu_s: int = 300
    wall_s: float = 600.0
    open_files: int = 64
    output_mb: int = 4096


@dataclass(frozen=True)
class ArchiveLimits:
    """Limits of one ZIP: a bomb of 1 MiB unpacks to 1 GiB."""

    total_mb: int = 8192
    members: int = 5000
    ratio: int = 200
    ratio_from_mb: int = 16
    depth: int = 3
    path_depth: int = 12
