"""The door of the archive."""

from ziyuan.archive.file import manifest_digest, verify_archive

__all__ = ["manifest_digest", "verify_archive"]
