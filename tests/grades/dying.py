"""A worker of its own that works on one batch and dies by kill -9 at one point of it.

`python -m tests.grades.dying BATCH POINT TIMES [without]`: it dies when it comes to POINT for the
so many-th time. `without` takes the transactions away: the control.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django
from django.conf import settings


def made(pk: str) -> None:
    """The document as if the press had made it: its transcript is no file in these tests."""
    from paperwork.models import Document  # only after setup

    owed = Document.objects.filter(pk=pk).exclude(state=Document.State.DONE)
    owed.update(state=Document.State.DONE, file=f"documents/{pk}.pdf", sha256="0" * 64)


def main(batch: str, point: str, times: str, without: str = "") -> None:
    settings.DATABASES["default"]["NAME"] = os.environ["DATABASE_NAME"]
    django.setup()
    from grades.services import batches, registering  # only after setup
    from paperwork import making

    if without:
        registering.act = registering.act.__wrapped__  # type: ignore[attr-defined]
        batches._finish = batches._finish.__wrapped__  # type: ignore[attr-defined]
    making.make = made
    where, name = {
        "form": (making, "make"),  # between two forms
        "send": (registering, "record"),  # moved, and not written down
        "tell": (batches, "owe_notice"),  # all is sent, nobody has heard of it
    }[point]
    real, left = getattr(where, name), [int(times)]

    def dies(*args: Any, **how: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **how)

    setattr(where, name, dies)
    for _turn in range(5):
        if batches.work(int(batch)):
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
