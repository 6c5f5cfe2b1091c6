import pkgutil

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from conversations import migrations as present

LATEST = max(module.name for module in pkgutil.iter_modules(present.__path__))


class Migration(migrations.Migration):
    atomic = False  # the index is made while others write

    dependencies = [("conversations", LATEST)]

    operations = [
        migrations.AddField("message", "mood", models.CharField(max_length=20, null=True)),
        AddIndexConcurrently("message", models.Index("mood", name="message_mood")),
    ]
