"""Tables of the kernel, gathered from its rooms."""

from ziyuan.kernel.audit.models import AuditHead, AuditRow, Checkpoint
from ziyuan.kernel.events.models import Event, Receipt
from ziyuan.kernel.files.models import StoredFile
from ziyuan.kernel.identity.models import (
    Membership,
    Organ,
    OrganChange,
    OrganTerm,
    Person,
    Post,
    Region,
    Session,
)
from ziyuan.kernel.nodes.models import Counter

__all__ = [
    "AuditHead",
    "AuditRow",
    "Checkpoint",
    "Counter",
    "Event",
    "Membership",
    "Organ",
    "OrganChange",
    "OrganTerm",
    "Person",
    "Post",
    "Receipt",
    "Region",
    "Session",
    "StoredFile",
]
