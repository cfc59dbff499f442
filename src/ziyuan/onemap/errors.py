"""Errors of this component, gathered from its rooms."""

from ziyuan.onemap.editions.errors import *  # noqa: F403
