from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Guess",
            fields=[
                ("slot", models.IntegerField(primary_key=True, serialize=False)),
                ("failures", models.IntegerField(default=0)),
                ("changed", models.DateTimeField()),
            ],
            options={"db_table": "portal_guess"},
        ),
    ]
