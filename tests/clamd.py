"""A clamd of the tests' own, as deploy/viruses.yml starts it, that knows one word of ours."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings

from tests.production import free_port
from tests.running import wait_until

CONFIGURATION: Path = settings.BASE_DIR / "deploy/clamav/clamd.conf"
FOUND = "Ours.Test.UNOFFICIAL"  # what it calls a file that has the word
WORD = b"a-word-that-stands-in-no-paper"


class Clamd:
    """It listens at a socket, as in production, and at a port of this machine besides."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vx-clamd-"))  # a socket's path is a short one
        (self.folder / "signatures").mkdir()
        signature = f"{FOUND.removesuffix('.UNOFFICIAL')}:0:*:{WORD.hex()}\n"
        (self.folder / "signatures/ours.ndb").write_text(signature)
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def address(self, way: str = "socket") -> str:
        """What `CLAMD` says to have it asked by its socket or its port."""
        if way == "socket":
            return f"unix://{self.folder}/clamd.sock"
        return f"clamd://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, if it does not run; again when somebody else was faster to take its port."""
        for _again in range(0 if self.process else 3):
            self.port = free_port()
            process = self._begin()
            wait_until(partial(self._is_settled, process), 60, "clamd answers")
            if process.poll() is None:
                self.process = process
                return
        assert self.process, (self.folder / "log").read_text()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def _begin(self) -> subprocess.Popen[bytes]:
        text = CONFIGURATION.read_text().replace("/run/scanner", str(self.folder))
        text = text.replace("/var/lib/clamav", f"{self.folder}/signatures")
        text += f"TCPSocket {self.port}\nTCPAddr 127.0.0.1\n"
        (self.folder / "clamd.conf").write_text(text)
        program = shutil.which("clamd") or "/usr/sbin/clamd"
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [program, f"--config-file={self.folder}/clamd.conf"], stdout=log, stderr=log
            )

    def _is_settled(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether it listens at its socket, which comes after port and signatures, or has ended."""
        with socket.socket(socket.AF_UNIX) as line:
            listens = not line.connect_ex(str(self.folder / "clamd.sock"))
        return listens or process.poll() is not None


@contextmanager
def saying(answer: bytes | None) -> Iterator[str]:
    """The address of what hears anything and says `answer`, then hangs up; None: it never does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _from = server.accept()
                except OSError:  # it was closed
                    return
                with line:
                    line.settimeout(5)
                    line.recv(65536)
                    line.sendall(answer or b"")

        if answer is not None:
            threading.Thread(target=serve, daemon=True).start()
        yield f"clamd://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
