"""The workbench is one page; its own addresses are resolved in the browser."""

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import re_path


def workbench(request: HttpRequest, address: str = "") -> HttpResponse | FileResponse:
    """The workbench's page, at every address that is not the API's."""
    page = settings.ROOT / "web" / "dist" / "index.html"
    if not page.is_file():
        return HttpResponse("工作台尚未构建。请运行 ./ziyuan up。", status=503, content_type="text/plain; charset=utf-8")
    response = FileResponse(page.open("rb"), content_type="text/html; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


urlpatterns = [re_path(r"^(?!api/|static/|assets/)(?P<address>.*)$", workbench)]
