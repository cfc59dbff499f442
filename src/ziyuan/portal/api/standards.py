"""数据标准: the standards held, one of them, its handbook and templates, what changed between editions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from ziyuan.onemap import service as onemap
from ziyuan.portal.api.common import actor, attachment

router = Router(tags=["数据标准"])
_ZONE = Query(4527, description="CGCS2000 三度带的 EPSG 代码")


@router.get("/standards", summary="数据标准与图层")
def standards(request: HttpRequest) -> Any:
    return {"items": onemap.standards(actor(request))}


@router.get("/standards/{standard}", summary="一个标准:字段、代码、规则")
def standard(request: HttpRequest, standard: str) -> Any:
    return onemap.standard(actor(request), standard)


@router.get("/standards/{standard}/differences", summary="与上一版(或另一版)的不同")
def differences(request: HttpRequest, standard: str, old: str = "") -> Any:
    return onemap.standard_differences(actor(request), standard, old)


@router.get("/standards/{standard}/handbook.html", summary="标准手册")
def handbook(request: HttpRequest, standard: str) -> HttpResponse:
    return _made(request, standard, "handbook")


@router.get("/standards/{standard}/template.gpkg", summary="导入模板(GeoPackage)")
def template(request: HttpRequest, standard: str, epsg: int = _ZONE) -> HttpResponse:
    return _made(request, standard, "template", epsg)


@router.get("/standards/{standard}/template.xlsx", summary="导入模板(XLSX)")
def workbook(request: HttpRequest, standard: str) -> HttpResponse:
    return _made(request, standard, "workbook")


@router.get("/standards/{standard}/empty.vct", summary="空 VCT 文件")
def vct(request: HttpRequest, standard: str, epsg: int = _ZONE) -> HttpResponse:
    return _made(request, standard, "vct", epsg)


@router.get("/standards/{standard}/schema.json", summary="各图层的 JSON Schema")
def schema(request: HttpRequest, standard: str) -> HttpResponse:
    return _made(request, standard, "schema")


@router.get("/standards/{standard}/styles.json", summary="各图层按代码的样式")
def styles(request: HttpRequest, standard: str) -> HttpResponse:
    return _made(request, standard, "styles")


def _made(request: HttpRequest, standard: str, kind: str, epsg: int = 4527) -> HttpResponse:
    made = onemap.standard_file(actor(request), standard, kind, epsg)
    return attachment(made.body, made.name, made.media)
