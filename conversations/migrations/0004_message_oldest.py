from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Posts and answers go on meanwhile."""

    atomic = False

    dependencies = [
        ('conversations', '0003_message_request_id'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(models.F('created_at'), condition=models.Q(('role', 'assistant'), ('status__in', ['queued', 'streaming', 'waiting'])), name='message_oldest'),
        ),
        RemoveIndexConcurrently(
            model_name='message',
            name='message_waiting',
        ),
    ]
