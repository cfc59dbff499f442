"""Tables of this component, gathered from its rooms."""

from ziyuan.onemap.catalogue.models import Bulletin, BulletinReply, DueDate, LayerNote, StandsOn
from ziyuan.onemap.deliveries.models import (
    ControlArea,
    Delivery,
    DeliveryCommand,
    DeliveryNote,
    DeliveryProgress,
    Feed,
    Upload,
)
from ziyuan.onemap.editions.models import Edition, LayerState, ParentLink
from ziyuan.onemap.findings.models import (
    CheckRun,
    Dispute,
    FindingCommand,
    FindingException,
    FindingNote,
    StoredFinding,
)

__all__ = [
    "Bulletin",
    "BulletinReply",
    "CheckRun",
    "ControlArea",
    "Delivery",
    "DeliveryCommand",
    "DeliveryNote",
    "DeliveryProgress",
    "Dispute",
    "DueDate",
    "Edition",
    "Feed",
    "FindingCommand",
    "FindingException",
    "FindingNote",
    "LayerNote",
    "LayerState",
    "ParentLink",
    "StandsOn",
    "StoredFinding",
    "Upload",
]  # fmt: skip
