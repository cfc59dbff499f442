"""What the application's and the auditor's database accounts may do: each right is given here, none is left over."""

from typing import Any

from django.conf import settings

# The application may do SELECT, INSERT, UPDATE on a table that is not named here; DELETE nowhere else.
DELETABLE = ("public.kernel_session",)
QUEUE = r"procrastinate\_%"
# Written once: what happened, what was signed, what was handed in.
APPEND_ONLY = (
    "public.kernel_checkpoint",
    "public.kernel_event",
    "public.kernel_organchange",
    "public.kernel_receipt",
    "public.kernel_storedfile",
    "public.workflow_caseevent",
    "public.workflow_command",
    "public.workflow_matterversion",
    "public.onemap_deliverynote",
    "public.onemap_deliverycommand",
    "public.onemap_findingnote",
    "public.onemap_findingcommand",
)
# Belongs to the owner: structure, standards, the list of regions.
READ_ONLY = ("public.django_migrations", "public.kernel_region", "layers.layer_registry")
UNREADABLE = "public.kernel_auditrow"
AUDITED = ("public.kernel_auditrow", "public.kernel_audithead", "public.kernel_checkpoint")


def grant(cursor: Any) -> None:
    """Bring the rights of both accounts to exactly this; repeating it changes nothing."""
    app, auditor = (settings.DATABASES[name]["USER"] for name in ("default", "auditor"))
    for statement in (*_of_the_application(cursor, app), *_of_the_auditor(auditor)):
        cursor.execute(statement)


def _of_the_application(cursor: Any, app: str) -> list[str]:
    return [
        f'GRANT USAGE ON SCHEMA public, layers TO "{app}"',
        f'REVOKE ALL ON ALL TABLES IN SCHEMA public, layers FROM "{app}"',
        f'GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public, layers TO "{app}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public, layers TO "{app}"',
        f'GRANT EXECUTE ON FUNCTION layers.add_county_partition(text, text) TO "{app}"',
        f'REVOKE SELECT, UPDATE ON {UNREADABLE} FROM "{app}"',
        *(f'REVOKE UPDATE ON {table} FROM "{app}"' for table in APPEND_ONLY),
        *(f'REVOKE INSERT, UPDATE ON {table} FROM "{app}"' for table in READ_ONLY),
        *(f'GRANT DELETE ON {table} TO "{app}"' for table in (*DELETABLE, *_queue(cursor))),
    ]


def _of_the_auditor(auditor: str) -> list[str]:
    return [
        f'GRANT USAGE ON SCHEMA public TO "{auditor}"',
        f'REVOKE USAGE ON SCHEMA layers FROM "{auditor}"',
        f'REVOKE ALL ON ALL TABLES IN SCHEMA public, layers FROM "{auditor}"',
        *(f'GRANT SELECT ON {table} TO "{auditor}"' for table in AUDITED),
    ]


def _queue(cursor: Any) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE %s", [QUEUE])
    return [f"public.{name}" for (name,) in cursor.fetchall()]
