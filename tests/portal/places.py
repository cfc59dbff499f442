"""What three counties hold, each with a canary of its own, and people who ask for it: of the tests of every operation."""

import json

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.onemap import small_county as lattice
from tests.workflow import world as small_world
from ziyuan.base import crs
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.models import OrganTerm
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of
from ziyuan.onemap import service as onemap
from ziyuan.onemap.models import (
    Bulletin,
    ControlArea,
    Delivery,
    Dispute,
    Edition,
    Feed,
    FindingException,
    StoredFinding,
    Upload,
)
from ziyuan.workflow.models import Case, Consultation, MigrationLine, MigrationOrder, PolicyAct, Supervision

COUNTIES = {"340123": "甲县画眉项目", "340121": "乙县白鹭项目", "341124": "丙县朱鹮项目"}
DIGITS = {"340000": 2, "340100": 4, "341100": 4}
LAYER = "tdt1057@2020~DLTB"
PASSWORD = "matrix-password"


class Place:
    """What one county holds: a sealed map, a case, a delivery, a control area; and the province's bulletin."""

    bulletin: Bulletin
    order: MigrationOrder
    act = "withdraw"

    def __init__(self, world, county: str) -> None:
        self.county = county
        self.case = world.open(small_world.box(*small_world.CLEAR, county), project_name=COUNTIES[county])
        with kernel.acting(kernel.system_actor()):
            self.edition = Edition.objects.filter(county=county, layer=LAYER.replace("~", "/")).first().pk
            self.paper = self.case.papers.first()
            self.task = self.case.tasks.first()
            held = kernel.people("county_clerk", county)[0]
            self.person, self.post = held.pk, held.posts.first().pk
            self.consultation = Consultation.objects.create(
                case=self.case, counties=[county], number=1, case_no=self.case.no, title=COUNTIES[county], matter="m",
                from_organ=f"ZR{county}", from_name="县局", to_organ="", to_region="", to_name="省水利厅",
                question=COUNTIES[county], papers=[], asked=kernel.now(), due=kernel.today(), state="asked", overdue=False,
            )  # fmt: skip
            self.delivery = Delivery.objects.create(
                no=f"{county}-2024-1", mandate="survey_county", organ=f"ZR{county}", county=county, period="2024",
                sequence=1, state="review", stage="city", file_sm3="0" * 64, file_name=f"{COUNTIES[county]}.zip", size=1,
                encoding="", opened=kernel.now(), submitted=kernel.now(), submitted_by="数据员",
            )  # fmt: skip
            ControlArea.objects.create(county=county, edition="2024", part="land", land_class="0101", area_m2=1,
                                       source=COUNTIES[county], registered=kernel.now(), registered_by="省厅")  # fmt: skip
            self.upload = Upload.objects.create(
                id=f"{county}-upload", delivery=self.delivery, county=county, organ=f"ZR{county}", name=COUNTIES[county], size=9,
                sm3="", created=kernel.now(), expires=kernel.now(), created_by="数据员", command="",
            )  # fmt: skip
            self.feed = Feed.objects.create(
                mandate="control_lines_feed", county=county, location="/nowhere", source=COUNTIES[county], licence="内部",
                every=24, due=kernel.now(), sm3="", fault="", registered_by="省厅",
            )  # fmt: skip
            self._findings()
            self._supervised()
        shape = small_world.box(100, 100, 101, 101, county)
        self.lon, self.lat = crs.to_degrees(39).transform(shape.centroid.x, shape.centroid.y)

    def _findings(self) -> None:
        """A finding, an exception asked for it with proof, and a dispute."""
        proof = kernel.put_file(f"{self.county} {COUNTIES[self.county]}".encode(), name=f"{COUNTIES[self.county]}.txt")
        asked = {"county": self.county, "reason": COUNTIES[self.county], "proof_sm3": proof.digest, "proof_name": proof.name,
                 "proof_size": proof.size}  # fmt: skip
        self.finding = StoredFinding.objects.create(
            delivery=self.delivery, county=self.county, ordinal=1, rule="DLTB-T1", kind="no_overlap", family="拓扑",
            severity="error", message=f"{COUNTIES[self.county]} 重叠", remedy="改", fingerprint=self.county,
        )  # fmt: skip
        self.exception = FindingException.objects.create(
            no=f"LW-{self.county}-1", delivery=self.delivery, mandate="survey_county", rules=["DLTB-T1"], scope="features",
            items=[], until=kernel.today(), state="requested", requested_at=kernel.now(), requested_by="数据员",
            requested_id=999_999, requested_unit=f"ZR{self.county}", requested_organ="县局", **asked,
        )  # fmt: skip
        self.dispute = Dispute.objects.create(
            no=f"YY-{self.county}-1", finding=self.finding, delivery=self.delivery, state="raised", raised_at=kernel.now(),
            raised_by="数据员", raised_id=999_999, raised_unit=f"ZR{self.county}", raised_organ="县局",
            fixture=COUNTIES[self.county], **asked,
        )  # fmt: skip

    def _supervised(self) -> None:
        """A supervision of the case, and a policy that acted in it."""
        of = {"case": self.case, "county": self.county, "counties": [self.county], "number": 1}
        Supervision.objects.create(
            **of, region=self.county, by="处长", organ="市局", to="县局", asks=COUNTIES[self.county], days=5, opened=kernel.now(),
            due=kernel.today(),
        )  # fmt: skip
        PolicyAct.objects.create(
            **of, at=kernel.now(), policy="avoidance", way="handed_on", title="受理", person="某人", reason=COUNTIES[self.county]
        )

    def _action(self, operation: str) -> str:
        """An act that this place's role may do on the thing of the operation."""
        if "bulletins" in operation:
            return "review"
        decided = {"exceptions": "approve", "disputes": "uphold"}
        for what, act in decided.items():
            if what in operation:
                return "withdraw" if self.act == "withdraw" else act
        return self.act if "deliveries" in operation else "agree"

    def address(self, operation: str) -> str:
        """The operation's address, pointed at this county's things."""
        window = f"{self.lon - 0.001},{self.lat - 0.001},{self.lon + 0.001},{self.lat + 0.001}"
        values = {
            "{case}": self.case.pk, "{delivery}": self.delivery.pk, "{upload}": self.upload.pk,
            "{feed}": self.feed.pk, "{mandate}": "survey_county", "{kind}": "received", "{paper}": self.paper.pk, "{document}": 1,
            "{standard}": "control_lines@2021", "{layer}": LAYER, "{county}": self.county,
            "{key}": lattice.key(8, self.county), "{code}": "none",
            "{stop}": 1, "{unit}": f"ZR{self.county}", "{person}": self.person, "{post}": self.post, "{proxy}": 1,
            "{consultation}": self.consultation.pk, "{place}": 1,
            "{copied}": 1, "{supervision}": 1, "{notice}": 1, "{message}": 1, "{port}": "sms",
            "{z}": 14, "{x}": int((self.lon + 180) / (180 / 2**14)), "{y}": int((90 - self.lat) / (180 / 2**14)),
            "{action}": self._action(operation), "{finding}": self.finding.pk, "{exception}": self.exception.pk,
            "{dispute}": self.dispute.pk, "{bulletin}": self.bulletin.pk,
            "{objection}": 1, "{order}": self.order.pk, "{chain}": "land_use", "{number}": self.edition, "{act}": "withdraw",
        }  # fmt: skip
        path = operation.split(" ")[1]
        for name, value in values.items():
            path = path.replace(name, str(value))
        more = {
            "features": f"?county={self.county}&bbox={window}", "identify": f"?lon={self.lon}&lat={self.lat}",
            "count": f"?county={self.county}", "statistics": f"?county={self.county}", "statistics.csv": f"?county={self.county}",
            "editions": f"?county={self.county}", "changeset": f"?county={self.county}&from=&to=2024",
            "changes": f"?county={self.county}&from=2023&to=2024", "flow": f"?county={self.county}&from=2023&to=2024",
            "flow.csv": f"?county={self.county}&from=2023&to=2024",
            "export": f"?county={self.county}&format=csv", "handover-targets": f"?task={self.task.number}",
            "preview.geojson": f"?layer=DLTB&bbox={window}", "control-areas": f"?county={self.county}",
            "lineage": f"?of={LAYER}:{self.county}", "impact": f"?of={LAYER}:{self.county}", "search": "?q=DLTB",
            "rows": f"?figure=delivered&region={self.county}", "duty": f"?within={self.county}",
            "plan": f"?matter={small_world.MATTER}", "plan.csv": f"?matter={small_world.MATTER}",
            "choices": f"?action=add_before&task={self.task.number}",
            "audit": f"?county={self.county}", "start": f"?county={self.county}", "form": "?layer=DLTB",
        }  # fmt: skip
        return path + more.get(path.rsplit("/", 1)[-1], "")


def three_counties() -> dict[str, Place]:
    """What each county holds; the bulletin and the order are the province's."""
    for county in COUNTIES:
        small_world.seal_county(county)
    world = small_world.World()
    for role, region in (("county_clerk", c) for c in COUNTIES):
        world.officer(role, region)
    found = {county: Place(world, county) for county in COUNTIES}
    published, order = bulletin(), migration([place.case for place in found.values()])
    for place in found.values():
        place.bulletin, place.order = published, order
    return found


def migration(cases: list[Case]) -> MigrationOrder:
    """An order of the province that brings a case of every county to the present version."""
    with kernel.acting(kernel.system_actor()):
        order = MigrationOrder.objects.create(
            matter=small_world.MATTER, version="0" * 64, region="340000", reason="流程改版", lines_digest="0" * 64, state="done",
            made_by=999_999, made_name="某人", made=kernel.now(),
        )  # fmt: skip
        for case in cases:
            told = {"case": case.no, "from": "0" * 64, "verdict": "move", "reason": COUNTIES[case.county], "rows": [],
                    "due": ["", ""], "missing": []}  # fmt: skip
            MigrationLine.objects.create(order=order, case=case, told=told, outcome="moved", reason=COUNTIES[case.county])
        return order


def bulletin() -> Bulletin:
    """A published bulletin of the province whose figures count something of every county."""
    rows = {county: {"delivered": [[canary, 1]]} for county, canary in COUNTIES.items()}
    none = dict.fromkeys(onemap.catalogue.FIGURES, 0)
    counties = {county: {**none, "delivered": 1} for county in COUNTIES}
    figures = {"counties": counties, "cities": {}, "total": {**none, "delivered": 3}, "families": {}, "rows": rows,
               "deliveries": [], "before": None}  # fmt: skip
    with kernel.acting(kernel.system_actor()):
        return Bulletin.objects.create(
            no="TB-2026-02-001", region="340000", month="2026-02", state="published", cut=kernel.now(), figures=figures,
            digest="0" * 64, made_by="某人", published=kernel.now(),
        )  # fmt: skip


def water_bureau(region: str) -> kernel.Organ:
    """An external unit of the region."""
    home = kernel.region(region)
    made, fresh = kernel.Organ.objects.get_or_create(
        code=f"SL{region}", defaults={"kind": "external", "region": home, "since": SINCE}
    )
    if fresh:
        OrganTerm.objects.create(organ=made, name=f"{home.name}水利局", parent=None, since=SINCE)
    return made


def signed_in(role: str, region: str) -> Client:
    user = f"matrix-{role}-{region}"
    add_person(user, "某人", water_bureau(region) if role == "external_handler" else organ_of(region), PASSWORD, [role], SINCE)
    client = Client()
    told = client.post("/api/login", json.dumps({"user": user, "password": PASSWORD}), "application/json").json()
    client.defaults["HTTP_X_CSRFTOKEN"] = told["csrf"]
    return client


def ask(client: Client, operation: str, place: Place):
    method, address = operation.split(" ")[0], place.address(operation)
    if method == "GET":
        return client.get(address)
    if operation in ("POST /api/deliveries", "POST /api/control-areas", "POST /api/changesets", "POST /api/changesets/inspect",
                     "POST /api/filings/outline", "POST /api/calendar/notices", "POST /api/cases/{case}/gaps/{kind}"):
        body = {"file": SimpleUploadedFile("a.zip", b"no zip"), "county": place.county, "period": "2025"}
        return client.post(address, body)
    if operation in ("POST /api/cases/{case}/services", "POST /api/cases/{case}/consultations/{number}/answer",
                     "POST /api/consultations/{consultation}/answer"):  # fmt: skip
        return client.post(address, {"of": "", "verdict": "agree", "text": "同意"})
    if operation in ("POST /api/deliveries/{delivery}/exceptions", "POST /api/exceptions/{exception}/supplement",
                     "POST /api/findings/{finding}/disputes"):  # fmt: skip
        body = {"proof": SimpleUploadedFile("a.pdf", b"proof"), "findings": str(place.finding.pk), "reason": "理由",
                "until": "2099-12-31"}  # fmt: skip
        return client.post(address, body)
    body = {
        "command": "", "opinion": "同意", "county": place.county, "period": "2025", "name": "a.zip", "size": 9,
        "mandate": "survey_county", "location": "/nowhere", "layer": "DLTB", "attributes": {}, "geometry": {},
        "valid_from": "2025-01-01", "receipt": {}, "due": "2026-06-30", "source": "示例通知", "month": "2026-01",
    }  # fmt: skip
    return client.generic(method, address, json.dumps(body), "application/json", headers={"Upload-Offset": "0"})


def body_of(answer) -> bytes:
    """What a reader sees: of JSON the characters themselves, which it carries escaped."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told = answer.headers.get("Content-Type", "").partition(";")[0].endswith("json") and body
    return json.dumps(json.loads(body), ensure_ascii=False).encode() if told else body


def code_of(answer) -> str:
    """The error's code; an answer to HEAD has no body and is told by its status alone."""
    if answer.request["REQUEST_METHOD"] == "HEAD":
        return {401: "ZY-KRN-001", 403: "ZY-KRN-007"}.get(answer.status_code, "")
    return str(answer.json()["code"])


def within(region: str) -> set[str]:
    """Counties of a region, by the digits of the code alone."""
    return {c for c in COUNTIES if c.startswith(region[: DIGITS.get(region, 6)])}
