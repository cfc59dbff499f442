"""The door of the kernel: who acts, what he may, what is recorded, what follows, where files lie.

Every verb of the platform uses these in one order: lock, `require`, is it possible, do it, `record` and `announce`.
"""

from ziyuan.kernel.audit.checkpoint import checkpoint
from ziyuan.kernel.audit.models import AuditHead, AuditRow
from ziyuan.kernel.audit.record import record
from ziyuan.kernel.audit.verify import AUDITOR, Break, verifies, verify_all
from ziyuan.kernel.audit.view import audit_heads, audit_page
from ziyuan.kernel.events.models import Event
from ziyuan.kernel.events.outbox import announce, listens
from ziyuan.kernel.files.models import StoredFile
from ziyuan.kernel.files.store import adopt_file, file_path, open_file, put_file, sweep_partials
from ziyuan.kernel.health import health, require_safe_role
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.guard import acting, may, permissions, permitted, present, require
from ziyuan.kernel.identity.models import Organ, Person
from ziyuan.kernel.identity.people import people
from ziyuan.kernel.identity.regions import (
    common_region,
    contains,
    load_regions,
    region,
    region_range,
    regions,
)
from ziyuan.kernel.identity.sample import TITLES, make_sample_accounts
from ziyuan.kernel.identity.signin import actor_for, csrf_of, sign_in, sign_out
from ziyuan.kernel.identity.system import system_actor
from ziyuan.kernel.jobs.queue import defer, every, job
from ziyuan.kernel.nodes.keys import make_keys, public_key, sign, verify
from ziyuan.kernel.nodes.node import Node, node, now, options, today
from ziyuan.kernel.nodes.numbers import next_number
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

__all__ = [
    "AUDITOR",
    "HI",
    "LO",
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
    "StoredFile",
    "UnknownMatter",
    "acting",
    "actor_for",
    "adopt_file",
    "announce",
    "audit_heads",
    "audit_page",
    "checkpoint",
    "common_region",
    "contains",
    "csrf_of",
    "defer",
    "every",
    "file_path",
    "health",
    "in_region",
    "job",
    "listens",
    "load_pack",
    "load_regions",
    "make_keys",
    "make_sample_accounts",
    "matter",
    "matters",
    "may",
    "next_number",
    "node",
    "now",
    "open_file",
    "options",
    "pack_folders",
    "packs",
    "parameter",
    "people",
    "permissions",
    "permitted",
    "present",
    "protect",
    "public_key",
    "put_file",
    "record",
    "region",
    "region_range",
    "regions",
    "require",
    "require_safe_role",
    "sign",
    "sign_in",
    "sign_out",
    "sweep_partials",
    "system_actor",
    "today",
    "verifies",
    "verify",
    "verify_all",
]
