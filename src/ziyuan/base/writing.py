"""Text as people and programs send it, made fit to be kept, hashed and compared."""

import unicodedata


def clean(value: str) -> str:
    """NFC, without control characters (line break and tab stay) and without half characters; ends trimmed."""
    if value.isprintable():  # then there is none of them
        return (value if value.isascii() else unicodedata.normalize("NFC", value)).strip()
    whole = value.encode("utf-8", "ignore").decode()
    kept = "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) != "Cc")
    return unicodedata.normalize("NFC", kept).strip()
