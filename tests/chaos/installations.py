"""A portal with its own database, files and mails, whose commands are run one by one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.production import SECRET_KEY

MAKE = """
from tests import factories
from django.utils import timezone
from datetime import timedelta
from django.contrib.sessions.models import Session
from paperwork.models import MailChoice, Notice
factories.UserFactory.create(email="reader@university.example")
daily = factories.UserFactory.create(email="daily@university.example")
MailChoice.objects.create(user=daily, kind="accounts.role_given", when="daily")
Notice.objects.create(key="for-the-digest", kind="accounts.role_given", recipient=daily,
                      language="nl", subject="Je hebt een rol", text="Welkom.", state="off",
                      daily=True)
Session.objects.create(session_key="x", session_data="", expire_date=timezone.now() + timedelta(1))
"""
# What each row says that a restore leaves as it is, by its key.
ROWS = """
import json
from django.core.serializers.json import DjangoJSONEncoder
from accounts.models import User
from paperwork.models import Attachment, Notice
free = {"state", "lease_until", "error", "attempts", "digest_id", "read_at"}
rows = {}
for model in (User, Attachment, Notice):
    for row in model.objects.values():
        kept = {k: v for k, v in row.items() if not (model is Notice and k in free)}
        rows[f"{model.__name__} {row['id']}"] = kept
print(json.dumps(rows, cls=DjangoJSONEncoder))
"""


class Installation:
    """A portal that has its own database, files and mails, in `folder`."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.media = folder / "media"
        (folder / "var" / "fonts").mkdir(parents=True)
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = keep | {
            "VAR_DIR": str(folder / "var"),
            "MEDIA_ROOT": str(self.media),
            "DATABASE_URL": database_url,
            "SECRET_KEY": SECRET_KEY,
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: str, ok: bool = True) -> str:
        """What a command says, on both streams."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        assert (process.returncode == 0) is ok, out + err
        return out + err

    def python(self, code: str) -> str:
        process = self.start("shell", "-v0", "-c", code)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        return out.strip()

    def prepare(self) -> None:
        self.manage("migrate", "-v0")
        self.manage("createcachetable")
        self.python(MAKE)

    def backup(self) -> Path:
        return Path(self.manage("backup", "--to", str(self.folder / "backups")).strip())

    def mails(self) -> int:
        folder = self.folder / "var" / "mail"
        return sum(1 for _path in folder.iterdir()) if folder.exists() else 0

    def rows(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.python(ROWS))
        return found
