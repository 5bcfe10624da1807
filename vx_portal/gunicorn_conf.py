"""How gunicorn serves the portal: `gunicorn --config python:vx_portal.gunicorn_conf`.

What differs by place (addresses, numbers of processes) is on the command line or in
GUNICORN_CMD_ARGS, which win over this.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

# Each process writes its counts here; made anew at each start, as the counts begin anew. These
# variables must be there before what reads them is imported.
_figures = tempfile.mkdtemp(prefix="vx-figures-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _figures
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vx_portal.settings")

from django.conf import settings  # noqa: E402  # see above
from django.template import engines  # noqa: E402
from django.urls import get_resolver  # noqa: E402
from gunicorn.workers.gthread import ThreadWorker  # noqa: E402
from prometheus_client.multiprocess import mark_process_dead  # noqa: E402


class Worker(ThreadWorker):  # type: ignore[misc]  # comes without types
    """Hangs up at once when it is told to stop, and finishes what has come in by then.

    Else the system goes on taking connections that nobody will answer, until the last request is
    done; then they break, and nginx may not send a POST to another server that had begun here.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                taken = -1
                while self.nr_conns > taken:  # as long as somebody waits at the door
                    taken = self.nr_conns
                    self.accept(listener)
                listener.close()


wsgi_app = "vx_portal.wsgi"
worker_class = Worker
workers = 2
threads = 4
graceful_timeout = 7  # seconds for the requests that run; all is stopped in less than ten
timeout = 60  # seconds after which a process that answers nothing at all is replaced
limit_request_line = 0  # an address that is too long gets our page, not gunicorn's
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # never on a disk
loglevel = "warning"
logconfig_dict = settings.LOGGING  # one JSON line an event, as the portal's own


def post_worker_init(_worker: Any) -> None:
    """Load views and template tags before the first reader comes, who else waits over a second.

    What is loaded stays: looking for garbage in it again and again is a tenth of a page.
    """
    get_resolver().url_patterns  # noqa: B018  # reading it imports every view
    engines.all()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def child_exit(_server: Any, worker: Any) -> None:
    """Forget what was true of that process alone; what it counted stays."""
    mark_process_dead(worker.pid, _figures)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    shutil.rmtree(_figures, ignore_errors=True)
