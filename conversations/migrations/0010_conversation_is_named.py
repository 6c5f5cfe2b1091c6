from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0009_message_usage'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='is_named',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
