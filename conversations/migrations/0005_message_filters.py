from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Posts and answers go on meanwhile."""

    atomic = False

    dependencies = [
        ('conversations', '0004_message_oldest'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(models.F('status'), models.F('id'), condition=models.Q(('status__in', ['cancelled', 'failed'])), name='message_unsaid'),
        ),
        AddIndexConcurrently(
            model_name='message',
            index=BrinIndex(models.F('created_at'), autosummarize=True, name='message_days'),
        ),
    ]
