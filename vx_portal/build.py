"""What is made from the sources and kept out of the repository, when it is missing or outdated."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from importlib.util import cache_from_source, find_spec
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from vx_portal.fonts import build_fonts

# What a process that reads files imports (paperwork/inside).
READERS = "import paperwork.inside.__main__"


def build() -> list[str]:
    """Make the fonts, the translations and the static files, and name what had to be made."""
    made = {
        "fonts": build_fonts(settings.VAR_DIR / "fonts"),
        "translations": compile_translations(settings.LOCALE_PATHS),
        "static files": collect_static_files(settings.STATIC_ROOT),
        "readers of files": compile_readers(),
    }
    return [name for name, is_new in made.items() if is_new]


def compile_translations(folders: list[Path]) -> bool:
    """Write a .mo beside each changed .po, by Babel: GNU gettext need not be installed."""
    changed = False
    for source in (po for folder in folders for po in folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        compiled = io.BytesIO()
        with source.open("rb") as file:
            write_mo(compiled, read_po(file, ignore_obsolete=True))
        unfinished = target.with_suffix(".mo.new")  # a running portal never reads half a file
        unfinished.write_bytes(compiled.getvalue())
        unfinished.replace(target)
        changed = True
    return changed


def compile_readers() -> bool:
    """Have Python keep what reads files compiled; False when it is, or cannot be kept.

    Each of those processes may write nothing, and would compile everything again: half its time.
    """
    if _readers_are_compiled():
        return False
    command = [sys.executable, "-E", "-s", "-c", READERS]
    subprocess.run(command, cwd=settings.BASE_DIR, check=True)
    return _readers_are_compiled()


def _readers_are_compiled() -> bool:
    specs = map(find_spec, ("pikepdf", "pypdfium2", "PIL", "img2pdf"))
    sources = [Path(spec.origin) for spec in specs if spec and spec.origin]
    sources += (settings.BASE_DIR / "paperwork" / "inside").glob("*.py")
    kept = [(source, Path(cache_from_source(str(source)))) for source in sources]
    return all(
        compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime
        for source, compiled in kept
    )


def collect_static_files(folder: Path) -> bool:
    """Gather, name by content and compress the static files; False when none has changed."""
    found = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([".*"]):
            file = Path(storage.path(path)).stat()
            found.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
    stamp = folder.parent / f".{folder.name}-sources"  # beside it: all that is inside is served
    if folder.exists() and stamp.exists() and stamp.read_text() == found.hexdigest():
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(found.hexdigest())
    return True
