"""The file of an upload form, judged by its size before it is read."""

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from ziyuan.portal.errors import BadRequest, TooLarge


def received(request: HttpRequest, what: str, limit_mb: int) -> tuple[str, bytes]:
    """(name, content) of the field `file`. Raises BadRequest when nothing was chosen, TooLarge."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise BadRequest({"file": f"请选择{what}"})
    if (file.size or 0) > limit_mb << 20:
        raise TooLarge(f"{what}“{file.name}”", limit_mb)
    return file.name or what, file.read()
