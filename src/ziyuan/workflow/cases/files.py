"""Files behind a case or an application, handed out only through the row that points to them."""

from datetime import date, datetime
from typing import Any

from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.models import Application, Document
from ziyuan.workflow.cases.sight import require_sight
from ziyuan.workflow.cases.view import visible_case
from ziyuan.workflow.forms.text import clean

Named = tuple[kernel.StoredFile, str]


def paper_file(by: kernel.Actor, case_id: int, paper: int) -> Named:
    """A paper of a visible case. Raises NotFound."""
    with kernel.acting(by):
        require_sight(by)
        found = visible_case(by, case_id).papers.filter(pk=paper).first()
        if found is None:
            raise errors.NotFound("材料", paper)
        return _stored(found.digest), found.name


def case_file(by: kernel.Actor, case_id: int, digest: str) -> Named:
    """A proof of service or a letter that a visible case names. Raises NotFound."""
    with kernel.acting(by):
        kernel.require(by, "case.read")
        state = visible_case(by, case_id).state
        proofs = [told["proof"] for told in state.get("services", [])]
        letters = [(told["answer"] or {}).get("letter") for told in state.get("consultations", [])]
        found = next((told for told in (*proofs, *letters) if told and told["digest"] == digest), None)
        if found is None:
            raise errors.NotFound("附件", clean(digest)[:64])
        return _stored(digest), found["name"]


def document_file(by: kernel.Actor, case_id: int, document: int) -> Named:
    """A document of a visible case. Raises NotFound."""
    with kernel.acting(by):
        kernel.require(by, "case.read")
        case = visible_case(by, case_id)
        return _document(Document.objects.filter(pk=document, case_no=case.no).first(), document)


def application_document(by: kernel.Actor, number: int, document: int) -> Named:
    """A document that came out for the applicant's own application. Raises NotFound."""
    with kernel.acting(by):
        own = Application.objects.filter(pk=number, applicant=by.person or 0).first()
        found = Document.objects.filter(pk=document, outer_no=own.no).first() if own and own.no else None
        return _document(found, document)


def verified_file(code: str) -> Named:
    """A document by its verification code. Raises NotFound."""
    with kernel.acting(kernel.system_actor("文书核验")):
        return _document(Document.objects.filter(code=clean(code).upper()).first(), code)


def _document(found: Document | None, key: object) -> Named:
    if found is None:
        raise errors.NotFound("文书", key)
    return _stored(found.digest), f"{found.no}.pdf"


def _stored(digest: str) -> kernel.StoredFile:
    return kernel.StoredFile.objects.get(pk=digest)


def screening_pieces(by: kernel.Actor, case_id: int) -> dict[str, Any]:
    """The pieces of the case's screening for the map, recomputed on the pinned day and knowledge."""
    with kernel.acting(by):
        require_sight(by)
        case = visible_case(by, case_id)
        told = case.state["screening"]
        if told is None:
            raise errors.NotFound("审查图斑", case_id)
        shape = PlaneShape.from_json(case.state["site"])
    known = datetime.fromisoformat(told["known"])
    screening = onemap.screen(shape, on=date.fromisoformat(told["on"]), known=known, counties=case.counties)
    return screening.pieces_geojson()
