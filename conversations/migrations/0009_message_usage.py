from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0008_tool_calls'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='usage',
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
    ]
