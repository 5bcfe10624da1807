"""A process that is killed after it has written the file and before it has committed the row."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import django
from django.conf import settings
from django.db import connections

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    connections["default"].settings_dict["NAME"] = os.environ["DATABASE"]
    settings.MEDIA_ROOT = Path(sys.argv[2])

    from django.db.models.signals import post_save

    from accounts.models import User
    from paperwork.models import Attachment
    from paperwork.services.files import keep
    from tests.paperwork.files.conftest import upload

    def die(**_what: object) -> None:
        """The row is written, its transaction is not committed."""
        os.kill(os.getpid(), signal.SIGKILL)

    post_save.connect(die, sender=Attachment)
    keep(upload(), purpose="letter", by=User.objects.get(pk=int(sys.argv[1])))
