"""Text as people and programs send it, made fit to be kept, hashed and compared."""

from ziyuan.base.writing import clean

__all__ = ["clean"]
