"""The test database of SQLite: made by the migrations once, and copied by whoever needs it next.

Making it takes as long as a hundred tests. What is copied is kept below `var/` under a name that
says which migrations, models and triggers it was made by: with any of them changed it is made anew.
Each copy is migrated as always, which finds nothing to do but make the triggers that are missing.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

# Before most of the portal's tables are known to them: each change of a table that others point to
# draws all that are known anew.
FIRST = ("mfa", "socialaccount", "usersessions")


def sources() -> list[Path]:
    """What the database is made by: every migration, and the portal's models and triggers."""
    found = []
    for app in apps.get_app_configs():
        root = Path(app.path)
        found += sorted(root.glob("migrations/*.py"))
        if root.is_relative_to(settings.BASE_DIR) and ".venv" not in root.parts:
            found += [path for path in sorted(root.rglob("*.py")) if _makes_tables(path)]
    return found


def _makes_tables(path: Path) -> bool:
    if "models" in path.parts or path.name == "apps.py":
        return True
    return "TRIGGER" in path.read_text()


def name_of(paths: Iterable[Path]) -> str:
    """The name of what these sources make."""
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(f"{path.name} {len(content := path.read_bytes())} ".encode() + content)
    return f"migrated-{digest.hexdigest()[:16]}.sqlite3"


def put(target: Path) -> None:
    """Put a migrated database at `target`; one process makes it while the others wait."""
    folder: Path = settings.VAR_DIR
    kept = folder / name_of(sources())
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in folder.glob("migrated-*"):
                old.unlink()
            new = folder / "migrated-new.sqlite3"
            _make(new)
            new.rename(kept)
    for ending in ("-wal", "-shm"):  # of a run that was killed
        Path(f"{target}{ending}").unlink(missing_ok=True)
    shutil.copyfile(kept, target)


def _make(path: Path) -> None:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        how: dict[str, Any] = {"verbosity": 0, "interactive": False}
        for app in FIRST:
            call_command("migrate", app, **how)
        call_command("migrate", run_syncdb=True, **how)
        connection.close()  # the last to leave empties the log that lies beside the file
    finally:
        connection.settings_dict["NAME"] = before
