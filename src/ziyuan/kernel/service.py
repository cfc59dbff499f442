"""The door of the kernel: who acts, what he may, what is recorded, what follows, where files lie.

Every verb of the platform uses these in one order: lock, `require`, is it possible, do it, `record` and `announce`.
"""

from ziyuan.kernel.audit.checkpoint import checkpoint
from ziyuan.kernel.audit.models import AuditHead, AuditRow
from ziyuan.kernel.audit.record import record, record_last
from ziyuan.kernel.audit.verify import AUDITOR, Break, verifies, verify_all
from ziyuan.kernel.audit.view import audit_heads, audit_page
from ziyuan.kernel.events.models import Event
from ziyuan.kernel.events.outbox import announce, announced_beside, listens
from ziyuan.kernel.files.models import StoredFile
from ziyuan.kernel.files.store import adopt_file, file_path, open_file, put_file, sweep_partials
from ziyuan.kernel.health import health, require_safe_role
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.guard import acting, acting_on, may, permissions, permitted, present, require
from ziyuan.kernel.identity.ladder import (
    active_people,
    climb,
    head_above,
    heads_of,
    heads_up,
    holders_of,
    lock_person,
    person_named,
    same_post,
    unit_of,
    units_named,
)
from ziyuan.kernel.identity.leaving import counts_work
from ziyuan.kernel.identity.models import Organ, Person
from ziyuan.kernel.identity.organs import EXTERNAL, add_organ, close_organ, move_organ, rename_organ
from ziyuan.kernel.identity.people import people
from ziyuan.kernel.identity.posts import RANKS, appoint, end_post
from ziyuan.kernel.identity.regions import (
    common_region,
    contains,
    load_regions,
    region,
    region_range,
    regions,
)
from ziyuan.kernel.identity.sample import TITLES, make_sample_accounts
from ziyuan.kernel.identity.signin import actor_for, actor_of, csrf_of, sign_in, sign_out
from ziyuan.kernel.identity.staff import (
    deactivate_person,
    enter_person,
    move_person,
    reactivate_person,
    reset_password,
)
from ziyuan.kernel.identity.standing import STAMP, kept, remembering_people
from ziyuan.kernel.identity.system import system_actor
from ziyuan.kernel.identity.titles import EXTERNAL_HANDLER
from ziyuan.kernel.identity.tree import organ_changes, organisation, organisation_csv, staff_of, unit_record
from ziyuan.kernel.jobs.queue import defer, every, job
from ziyuan.kernel.nodes.keys import make_keys, public_key, sign, verify
from ziyuan.kernel.nodes.node import Node, node, now, options, today
from ziyuan.kernel.nodes.numbers import Serials, next_number
from ziyuan.kernel.packs.errors import PackFault, UnknownMatter
from ziyuan.kernel.packs.registry import (
    Matter,
    Pack,
    load_pack,
    matter,
    matters,
    pack_folders,
    packs,
    parameter,
)
from ziyuan.kernel.rowsecurity import HI, LO, in_region, protect
from ziyuan.kernel.statements import Rows, Statement, json_text, prepared, turn

__all__ = [
    "AUDITOR",
    "EXTERNAL",
    "EXTERNAL_HANDLER",
    "HI",
    "LO",
    "RANKS",
    "STAMP",
    "TITLES",
    "Actor",
    "AuditHead",
    "AuditRow",
    "Break",
    "Event",
    "Matter",
    "Node",
    "Organ",
    "Pack",
    "PackFault",
    "Person",
    "Rows",
    "Serials",
    "Statement",
    "StoredFile",
    "UnknownMatter",
    "acting",
    "acting_on",
    "active_people",
    "actor_for",
    "actor_of",
    "add_organ",
    "adopt_file",
    "announce",
    "announced_beside",
    "appoint",
    "audit_heads",
    "audit_page",
    "checkpoint",
    "climb",
    "close_organ",
    "common_region",
    "contains",
    "counts_work",
    "csrf_of",
    "deactivate_person",
    "defer",
    "end_post",
    "enter_person",
    "every",
    "file_path",
    "head_above",
    "heads_of",
    "heads_up",
    "health",
    "holders_of",
    "in_region",
    "job",
    "json_text",
    "kept",
    "listens",
    "load_pack",
    "load_regions",
    "lock_person",
    "make_keys",
    "make_sample_accounts",
    "matter",
    "matters",
    "may",
    "move_organ",
    "move_person",
    "next_number",
    "node",
    "now",
    "open_file",
    "options",
    "organ_changes",
    "organisation",
    "organisation_csv",
    "pack_folders",
    "packs",
    "parameter",
    "people",
    "permissions",
    "permitted",
    "person_named",
    "prepared",
    "present",
    "protect",
    "public_key",
    "put_file",
    "reactivate_person",
    "record",
    "record_last",
    "region",
    "region_range",
    "regions",
    "remembering_people",
    "rename_organ",
    "require",
    "require_safe_role",
    "reset_password",
    "same_post",
    "sign",
    "sign_in",
    "sign_out",
    "staff_of",
    "sweep_partials",
    "system_actor",
    "today",
    "turn",
    "unit_of",
    "unit_record",
    "units_named",
    "verifies",
    "verify",
    "verify_all",
]
