"""Anyone may check a document by its code: is it ours, unchanged, in force?"""

from datetime import date
from typing import Any

from ziyuan.base import sm
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Document
from ziyuan.workflow.documents.issue import signature_holds
from ziyuan.workflow.forms.text import clean


def verify_document(code: str) -> dict[str, Any] | None:
    """What the verification page shows; None for an unknown code. The bytes themselves are hashed again."""
    with kernel.acting(kernel.system_actor("文书核验")):
        found = Document.objects.filter(code=clean(code).upper()).first()
        if found is None:
            return None
        whole = _bytes_whole(found.digest)
        signed = signature_holds(found)
        until = found.facts.get("valid_until")
        return {
            "valid": whole and signed,
            "in_force": found.kind == "granted"
            and (until is None or kernel.today() <= date.fromisoformat(until)),
            "reason": ""
            if whole and signed
            else "文件内容已变"
            if not whole
            else "签名不符,登记内容可能被改动",
            "title": found.title,
            "no": found.no,
            "project": found.facts.get("project", ""),
            "applicant": found.facts.get("applicant", ""),
            "organ": found.facts["organ"],
            "issued": found.facts["day"],
            "valid_until": until,
            "digest": found.digest,
            "signer": found.signer,
            "test_seal": True,
        }


def _bytes_whole(digest: str) -> bool:
    path = kernel.file_path(digest)
    return path.is_file() and sm.provider().sm3(path.read_bytes()).hex() == digest


def take_document(message: dict[str, Any], by: kernel.Actor) -> None:
    """Keep a document that came out with the exchange, so that it can be downloaded and verified here. Once."""
    with kernel.acting(by):
        told = {
            k: message[k]
            for k in ("case_no", "outer_no", "kind", "title", "digest", "size", "signer", "code", "facts")
        }
        Document.objects.get_or_create(
            no=message["no"],
            defaults={
                **told,
                "counties": [],
                "signature": bytes.fromhex(message["signature"]),
                "issued": message["issued"],
            },
        )


def document_message(document: int) -> dict[str, Any]:
    """What the exchange carries of a document; its bytes travel as a file by digest."""
    found = Document.objects.get(pk=document)
    names = ("case_no", "outer_no", "kind", "title", "no", "digest", "size", "signer", "code", "facts")
    return {
        **{n: getattr(found, n) for n in names},
        "signature": bytes(found.signature).hex(),
        "issued": found.issued.isoformat(),
    }
