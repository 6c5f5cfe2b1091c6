from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge', '0004_upload'),
    ]

    operations = [
        migrations.AddField(
            model_name='ingestionjob',
            name='leased_until',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ingestionjob',
            name='remark',
            field=models.TextField(blank=True, db_default='', editable=False),
        ),
    ]
