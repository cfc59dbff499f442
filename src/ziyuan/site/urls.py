"""Addresses of a node: the API on both zones, the workbench inside, the public site outside."""

from django.urls import include, path

from ziyuan.kernel import service as kernel

urlpatterns = [path("", include("ziyuan.portal.api.urls"))]
if kernel.node().is_inner:
    urlpatterns.append(path("", include("ziyuan.portal.workbench.urls")))
else:
    urlpatterns.append(path("", include("ziyuan.portal.public.urls")))

handler400 = "ziyuan.portal.public.failures.unreadable"
handler404 = "ziyuan.portal.public.failures.absent"
handler500 = "ziyuan.portal.public.failures.failed"
