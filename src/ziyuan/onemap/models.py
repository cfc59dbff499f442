"""Tables of this component, gathered from its rooms."""

from ziyuan.onemap.editions.models import Edition, LayerState

__all__ = ["Edition", "LayerState"]
