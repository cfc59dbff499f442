"""用地范围: boundary points as a file or drawn; shown with zone, place and area on a map of the server; confirmed."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from ziyuan.base.errors import UserError
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor, attachment
from ziyuan.portal.public.pages import page, signed_in
from ziyuan.portal.public.uploads import received
from ziyuan.workflow import service as workflow

TEXT_LIMIT_MB = 5


@signed_in
def site(request: HttpRequest, number: int) -> HttpResponse:
    """Read a file or a drawing; what waits for confirmation is shown again until it is confirmed or replaced."""
    error: UserError | None = None
    if request.method == "POST":
        try:
            _read(request, number)
        except UserError as refused:
            error = refused
    told = workflow.application(actor(request), number)
    shown = told["pending"] or (told["site_raw"] and {"site": told["site_raw"]})
    return page(
        request,
        "site",
        status=422 if error else 200,
        application=told,
        pending=None if error else told["pending"],
        error=error,
        svg=picture(shown["site"]) if shown and not error else "",
        drawn=workflow.site_geojson(told["pending"]["site"] if told["pending"] else told["site_raw"]),
    )


def _read(request: HttpRequest, number: int) -> None:
    drawn = request.POST.get("geojson", "")
    if drawn:
        workflow.read_drawn_site(actor(request), number, drawn)
        return
    name, data = received(request, "界址点坐标文件", TEXT_LIMIT_MB)
    workflow.read_site(actor(request), number, data, name)


def picture(site: dict[str, Any] | None) -> str:
    """The site in its county, drawn by the server."""
    if not site:
        return ""
    return onemap.draw_map(PlaneShape.from_json(site), size=(720, 420), sample=kernel.node().sample)


@signed_in
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Take exactly what was shown."""
    if request.method == "POST":
        workflow.confirm_site(actor(request), number, request.POST.get("confirm", ""))
        return HttpResponseRedirect(f"/my/{number}/papers/")
    return HttpResponseRedirect(f"/my/{number}/site/")


@signed_in
def boundary(request: HttpRequest, number: int) -> HttpResponseBase:
    """The site as boundary-point text, to be kept or corrected with other programs."""
    body = workflow.application_boundary(actor(request), number)
    return attachment(body, f"界址点-{number}.txt", "text/plain; charset=gb18030")
