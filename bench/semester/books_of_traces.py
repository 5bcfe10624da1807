"""The books of what was left behind: events, files, and lines of the logs."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from django.conf import settings
from django.db.models import Model

from bench.semester.evidence import Evidence
from enrolments.models import Enrolment
from exams.models import Paper, Sitting
from grades.models import Registration, Transcript
from paperwork.models import Attachment, Document, Event
from vx_portal import integrity

CHAINS: dict[type[Model], str] = {
    Enrolment: "draft",
    Transcript: "received",
    Registration: "requested",
    Sitting: "planned",
}


def history(_evidence: Evidence) -> list[str]:
    """The events of each thing lead, one after the other, from its first state to what it is."""
    wrong = []
    for model, first in CHAINS.items():
        label = model._meta.label_lower
        chains: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
        rows = Event.objects.filter(subject_kind=label).order_by("pk").exclude(to_state="")
        for pk, action, before, after in rows.values_list(
            "subject_id", "action", "from_state", "to_state"
        ).iterator(5000):
            chains[pk].append((action, before, after))
        name = model._meta.model_name
        for pk, state in model._default_manager.values_list("pk", "state"):
            at = first
            for number, (action, before, after) in enumerate(chains[pk]):
                if before != ("" if number == 0 else at):
                    wrong.append(f"{name} {pk}: {action} from {before or 'nothing'}, it was {at}")
                at = after
            if not chains[pk] or at != state:
                wrong.append(f"{name} {pk}: its events end at {at}, it is {state}")
    return wrong


def files(_evidence: Evidence) -> list[str]:
    """Every file has its row, and every row its file."""
    root = Path(settings.MEDIA_ROOT)
    rows: set[str] = set()
    for model in (Attachment, Document, Paper):
        rows |= set(model._default_manager.exclude(file="").values_list("file", flat=True))
    on_disk = {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and not any(part.endswith(".pages") for part in path.parts)
    }
    return [
        *(f"a file without a row: {name}" for name in sorted(on_disk - rows)),
        *(f"a row without its file: {name}" for name in sorted(rows - on_disk)),
    ]


def integrity_(evidence: Evidence) -> list[str]:
    """What `manage.py check_integrity` says, and errors in the logs."""
    wrong = list(integrity.faults())
    return wrong + [
        f"{name}: {line[:300]}"
        for name, text in evidence.logs.items()
        for line in text.splitlines()
        if _is_error(line)
    ]


def _is_error(line: str) -> bool:
    if line.startswith("Traceback"):
        return True
    try:
        said = json.loads(line)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("level") in {"error", "critical"}
