"""The public site is served by an outer node: these tests run in a process that is one.

`tests/portal/test_public_site.py` starts that process, so that the ordinary run covers them too.
"""

import os

import pytest

from tests.portal.public.visitor import Visitor
from tests.support import story
from ziyuan.workflow import service as workflow

if os.environ.get("ZIYUAN_TEST_ZONE") != "outer":
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def applicant(officer):
    """A company with an account: `applicant.person`."""
    return officer("applicant", "340000", "huaihe")


@pytest.fixture
def stranger(db) -> Visitor:
    """A browser without script and without account."""
    return Visitor()


@pytest.fixture
def company(applicant) -> Visitor:
    """The company's browser, signed in through the page."""
    visitor = Visitor()
    visitor.open("/login/")
    assert visitor.submit("/login/", user="huaihe", password="test-password").status_code == 302
    return visitor


@pytest.fixture
def draft(company) -> int:
    """An application just begun."""
    company.open("/matters/use_control/site_review/")
    begun = company.submit("/apply/use_control/site_review/")
    return int(begun["Location"].split("/")[2])


@pytest.fixture
def submitted_as(applicant):
    """`submitted_as("项目")`: a submitted application's number, query code and id."""

    def make(name: str, **changed) -> tuple[str, str, int]:
        number = workflow.open_application(applicant, "use_control/site_review")["id"]
        workflow.save_form(applicant, number, story.form(project_name=name, **changed))
        read = workflow.read_site(applicant, number, story.boundary(), "界址点.txt")
        workflow.confirm_site(applicant, number, read["confirm"])
        for kind in ("application", "basis"):
            workflow.add_paper(applicant, number, kind, f"{kind}.pdf", story.PDF)
        made = workflow.submit_application(applicant, number)
        return made["no"], made["query_code"], number

    return make


@pytest.fixture
def submitted(submitted_as) -> tuple[str, str]:
    """Number and query code of a submitted application."""
    no, code, _ = submitted_as("肥西县产业园区道路工程")
    return no, code
