"""Row security: a case and all that hangs on it is seen in every county its site touches; an application by its maker."""

from django.db import migrations

from ziyuan.kernel.service import HI, LO, in_region, protect

# A loop in plpgsql, for a query in an SQL function would be planned again by every statement that asks.
_TOUCHES = f"""
CREATE FUNCTION workflow_touches(counties varchar[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  lo text := {LO};
  hi text := {HI};
  one text;
BEGIN
  IF lo IS NULL OR hi IS NULL OR counties IS NULL THEN RETURN false; END IF;
  FOREACH one IN ARRAY counties LOOP
    IF one >= lo AND one < hi THEN RETURN true; END IF;
  END LOOP;
  RETURN false;
END $$
"""
_INSIDE = f"{LO} IS NOT NULL"
_SYSTEM = "coalesce(current_setting('app.person', true), '') = ''"
_NEAR = f"({in_region('county')} OR workflow_touches(counties))"  # most rows are told by the first half, without the array
_OWN = f"({_INSIDE} AND ({_SYSTEM} OR person::text = current_setting('app.person', true)))"
_MINE = f"({_INSIDE} AND ({_SYSTEM} OR applicant::text = current_setting('app.person', true)))"
_OF_MINE = "(application_id IS NULL AND workflow_touches(counties) OR application_id IN (SELECT id FROM workflow_application))"
# A document that came out belongs to no county: its applicant reads it, and the node itself for the verification page.
_DOCUMENT = (
    f"(workflow_touches(counties) OR (counties = '{{}}' AND {_INSIDE} AND"
    f" ({_SYSTEM} OR outer_no IN (SELECT no FROM workflow_application))))"
)
# The organ that is asked for its opinion sees the request wherever the case lies, and nothing else of the case.
_ASKED = f"(workflow_touches(counties) OR {in_region('to_region')})"


def shared(table: str, read: str = "workflow_touches(counties)") -> migrations.RunSQL:
    """Seen and changed by every touched county and the levels above it."""
    return protect(table, read=read, write=read)


# A case's row is written anew with every act: in the free half of its page, where no index hears of it.
_ROOM = "ALTER TABLE workflow_case SET (fillfactor = 60)"


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_initial"), ("kernel", "0004_standing")]
    operations = [
        migrations.RunSQL(_TOUCHES, "DROP FUNCTION workflow_touches(varchar[])"),
        migrations.RunSQL(_ROOM, "ALTER TABLE workflow_case RESET (fillfactor)"),
        shared("workflow_case", _NEAR),
        shared("workflow_caseevent"),
        protect("workflow_proxy", "region"),
        migrations.RunSQL(
            "CREATE TRIGGER standing_moves AFTER INSERT OR DELETE OR UPDATE ON workflow_proxy"
            " FOR EACH STATEMENT EXECUTE FUNCTION kernel_standing_moves()",
            "DROP TRIGGER standing_moves ON workflow_proxy",
        ),
        shared("workflow_task", _NEAR),
        *(shared(f"workflow_{name}", _NEAR) for name in ("casepart", "casecopy", "supervision", "policyact")),
        protect("workflow_taskseen", read=_OWN, write=_OWN),
        protect("workflow_notice", read=_OWN, write=_INSIDE),
        protect("workflow_outgoingmessage", read=f"({_INSIDE} AND {_SYSTEM})", write=_INSIDE),
        protect("workflow_portchoice", read=_INSIDE, write=_OWN),
        protect("workflow_application", read=_MINE, write=_MINE),
        protect("workflow_paper", read=_OF_MINE, write=_OF_MINE),
        protect("workflow_document", read=_DOCUMENT, write=_INSIDE),
        protect(
            "workflow_appliedeffect",
            read="case_id IN (SELECT id FROM workflow_case)",
            write="case_id IN (SELECT id FROM workflow_case)",
        ),
        protect("workflow_migrationorder", "region"),
        protect(
            "workflow_migrationline",
            read="order_id IN (SELECT id FROM workflow_migrationorder)",
            write="order_id IN (SELECT id FROM workflow_migrationorder)",
        ),
        shared("workflow_service"),
        shared("workflow_platformreport"),
        protect("workflow_consultation", read=_ASKED, write="workflow_touches(counties)"),
        migrations.RunSQL(
            "CREATE TRIGGER case_event_never BEFORE UPDATE OR DELETE ON workflow_caseevent"
            " FOR EACH ROW EXECUTE FUNCTION kernel_never()",
            "DROP TRIGGER case_event_never ON workflow_caseevent",
        ),
    ]
