"""What gunicorn does with a process that has just started."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

STARTED = """
import sys
from vx_portal import gunicorn_conf
from vx_portal.wsgi import application
at_first = len(sys.modules)
gunicorn_conf.post_worker_init(None)
ready = len(sys.modules)
from django.template.loader import get_template
from django.urls import reverse
reverse("courses:catalogue")
get_template("courses/catalogue.html")
print(ready - at_first, len(sys.modules) - ready)
"""


def test_the_first_reader_waits_for_no_code() -> None:
    said = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=settings.BASE_DIR, capture_output=True, check=True
    )
    loaded_before, waited_for = map(int, said.stdout.split()[-2:])
    assert waited_for < 20  # modules
    assert loaded_before > 300  # which a reader would have waited for
