"""Import a file into doccano and export it again: run by doccano's own Python, without a server.

Arguments: the file, the folder to write to, and ``together`` or ``apart``: whether annotators share
their labels. ``DOCCANO_HOME`` names the folder of its database.
"""

import os
import shutil
import sys
from pathlib import Path


def set_up() -> None:
    """Start doccano's Django on a database of its own; only then its modules can be imported."""
    import backend
    import django
    from django.core import management

    home = os.environ["DOCCANO_HOME"]
    sys.path.insert(0, str(Path(backend.__file__).parent))
    os.environ |= {
        "STANDALONE": "True",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DATABASE_URL": f"sqlite:///{home}/db.sqlite3",
        "MEDIA_ROOT": f"{home}/media",
    }
    django.setup()
    management.call_command("migrate", verbosity=0)
    management.call_command("create_roles", verbosity=0)


def go_through(source: str, out: str, together: bool) -> None:
    """Do what doccano's tasks for import and export do."""
    from data_export.celery_tasks import export_dataset
    from data_import.datasets import load_dataset
    from data_import.pipeline.catalog import create_file_format
    from data_import.pipeline.readers import FileName
    from django.contrib.auth.models import User
    from projects.models import ProjectType, SequenceLabelingProject

    user, _ = User.objects.get_or_create(username="anna")
    project = SequenceLabelingProject.objects.create(
        name="stances",
        description="stances",
        created_by=user,
        allow_overlapping=True,
        use_relation=True,
        project_type=ProjectType.SEQUENCE_LABELING,
        collaborative_annotation=together,
    )
    project.add_admin()
    files = [FileName(source, source, source)]
    dataset = load_dataset("RelationExtraction", create_file_format("JSONL"), files, project)
    dataset.save(user, batch_size=500)
    if dataset.errors:
        sys.exit(str([error.dict() for error in dataset.errors]))
    shutil.unpack_archive(export_dataset(project.id, "JSONL", False), out)


if __name__ == "__main__":
    set_up()
    go_through(sys.argv[1], sys.argv[2], sys.argv[3] == "together")
