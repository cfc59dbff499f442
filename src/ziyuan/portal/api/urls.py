"""The API of this node: the inner zone serves the offices, the outer zone the applicants."""

from django.urls import path
from ninja import NinjaAPI

from ziyuan.kernel import service as kernel
from ziyuan.portal.api import (
    applications,
    calendar,
    cases,
    catalogue,
    chains,
    consultations,
    deliveries,
    editions,
    errors,
    filings,
    findings,
    layers,
    migrations,
    office,
    people,
    reach,
    session,
    standards,
    uploads,
)
from ziyuan.portal.api.common import actor

_inner = kernel.node().is_inner
api = NinjaAPI(
    title="智慧资源 " + ("业务网接口" if _inner else "公众网接口"),
    version="1",
    docs_url=None,
    urls_namespace="api",
    auth=actor,  # asked before a request is even read; an operation is open only where it says `auth=None`
)
errors.install(api)
api.add_router("", session.router)
api.add_router("", office.router)
if _inner:
    api.add_router("", people.router)
    api.add_router("/proxies", people.proxies_router)
    api.add_router("", editions.router)
    api.add_router("", layers.router)
    api.add_router("", catalogue.router)
    api.add_router("", standards.router)
    api.add_router("/tasks", cases.tasks_router)
    api.add_router("/cases", cases.router)
    api.add_router("/migrations", migrations.router)
    api.add_router("/cases", consultations.cases_router)
    api.add_router("/consultations", consultations.router)
    api.add_router("/calendar", calendar.router)
    api.add_router("/cases", reach.router)
    api.add_router("/supervisions", reach.supervisions_router)
    api.add_router("/notices", reach.notices_router)
    api.add_router("/outgoing", reach.outgoing_router)
    api.add_router("/deliveries", deliveries.router)
    api.add_router("", findings.router)
    api.add_router("", chains.router)
    api.add_router("/uploads", uploads.router)
    api.add_router("/mandates", filings.mandates_router)
    api.add_router("/filings", filings.filings_router)
    api.add_router("/feeds", filings.feeds_router)
    api.add_router("/receipts", filings.receipts_router)
    api.add_router("/control-areas", deliveries.control_router)
else:
    api.add_router("", applications.open_router)
    api.add_router("/applications", applications.router)

urlpatterns = [path("api/", api.urls)]
