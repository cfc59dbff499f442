"""A stamp that moves with every change of people, posts and organs, in the changing transaction itself.

An answer about them may be kept for as long as the stamp stands. It is drawn anew, not counted, so that what was
answered in a transaction that came to nothing is never taken for an answer in another.
"""

from django.db import migrations

TABLES = {
    "kernel_person": 'name, organ_id, active, "user"',
    "kernel_post": "",
    "kernel_membership": "",
    "kernel_organ": "",
    "kernel_organterm": "",
}


def _moves(table: str, columns: str) -> str:
    of = f" OF {columns}" if columns else ""
    return (
        f"CREATE TRIGGER standing_moves AFTER INSERT OR DELETE OR UPDATE{of} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION kernel_standing_moves()"
    )


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_heads")]
    operations = [
        migrations.RunSQL(
            [
                "CREATE TABLE kernel_standing (stamp uuid NOT NULL)",
                "INSERT INTO kernel_standing VALUES (gen_random_uuid())",
                "CREATE FUNCTION kernel_standing_moves() RETURNS trigger LANGUAGE plpgsql AS $$"
                " BEGIN UPDATE kernel_standing SET stamp = gen_random_uuid(); RETURN NULL; END $$",
                *(_moves(table, columns) for table, columns in TABLES.items()),
            ],
            [
                *(f"DROP TRIGGER standing_moves ON {table}" for table in TABLES),
                "DROP FUNCTION kernel_standing_moves()",
                "DROP TABLE kernel_standing",
            ],
        )
    ]
