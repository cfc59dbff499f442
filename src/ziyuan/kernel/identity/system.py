"""The node acting for itself: workers, importers, clocks."""

from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.nodes.node import node


def system_actor(name: str = "系统") -> Actor:
    """The node itself; sees its whole region, is named in the audit as what it is."""
    here = node()
    return Actor(
        person=None, name=name, organ="", organ_name=here.title, region=here.region, roles=frozenset(), node=here.name
    )
