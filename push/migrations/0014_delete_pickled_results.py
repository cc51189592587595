from django.db import migrations


def delete_results(apps, schema_editor):
    # Failures that earlier versions saved, with pickled arguments. Deleted without being read.
    results = apps.get_model("django_q", "Task").objects.using(schema_editor.connection.alias).all()
    results._raw_delete(results.db)


class Migration(migrations.Migration):

    dependencies = [
        ("push", "0013_follow_changed_messages"),
        ("django_q", "0018_task_success_index"),
    ]

    operations = [
        migrations.RunPython(delete_results, migrations.RunPython.noop, elidable=True),
    ]
