"""Tables of this component, gathered from its rooms."""

from ziyuan.onemap.catalogue.models import Bulletin, BulletinReply, DueDate, LayerNote, StandsOn
from ziyuan.onemap.deliveries.models import (
    ControlArea,
    Delivery,
    DeliveryCommand,
    DeliveryFinding,
    DeliveryNote,
    DeliveryProgress,
)
from ziyuan.onemap.editions.models import Edition, LayerState

__all__ = [
    "ControlArea", "Delivery", "DeliveryCommand", "DeliveryFinding", "DeliveryNote", "DeliveryProgress",
    "Edition", "LayerState",
]  # fmt: skip
