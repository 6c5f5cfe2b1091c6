from django.db import migrations, models

import streaming.trace


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0002_regenerated_replies'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='request_id',
            field=models.CharField(default=streaming.trace.request_id, editable=False, max_length=64, null=True),
        ),
    ]
