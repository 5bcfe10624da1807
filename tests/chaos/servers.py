"""A PostgreSQL and a Redis of our own, to be killed, frozen and started again."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from tests.running import wait_until


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Redis:
    """A Redis that keeps nothing when it stops."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", f"--port {self.port}", "--bind 127.0.0.1", "--save ''"]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                shlex.split(" ".join([*command, "--appendonly no", f"--dir {self.folder}"])),
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: answers(self.port), 20, "Redis answers")

    def tell(self, *words: str) -> None:
        subprocess.run(["redis-cli", "-p", str(self.port), *words], check=True, capture_output=True)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Postgres:
    """A cluster in a folder of its own; as root it runs as somebody else, as it wants to."""

    def __init__(self) -> None:
        # Not in a folder of pytest's, which it closes to everybody else.
        self.data, self.port = Path(tempfile.mkdtemp(prefix="vx-postgres-")), free_port()
        self.url = f"postgres://vx@127.0.0.1:{self.port}/vx"
        self.options = ""  # more of them, from the next start on
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        initdb = shutil.which("initdb") or str(found[-1])
        self.programs = Path(initdb).resolve().parent
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres")
        self.run("initdb", f"-D {self.data} -U vx -A trust -E UTF8 --locale=C.UTF-8")
        self.start()
        self.run("createdb", f"-h 127.0.0.1 -p {self.port} -U vx vx")

    def run(self, program: str, arguments: str) -> None:
        command = f"{self.programs / program} {arguments}"
        if os.geteuid() == 0:
            words = ["su", "postgres", "-s", "/bin/sh", "-c", f"cd / && {command}"]
        else:
            words = shlex.split(command)
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            log = self.data / "log"
            said = log.read_text()[-2000:] if log.exists() else ""
            raise RuntimeError(f"{program}: {done.stdout.decode()[-2000:]}{said}")

    def start(self) -> None:
        # Its number may still be that of a dead process that nobody has asked how it ended.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        options += f" {self.options}"
        self.run("pg_ctl", f'-D {self.data} -w -l {self.data}/log -o "{options}" start >/dev/null')

    def kill(self) -> None:
        """As the machine's death would: the server and all its processes at once."""
        leader = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(leader, signal.SIGSTOP)  # so that it starts no more of them
        listing = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        )
        pairs = [line.split() for line in listing.stdout.splitlines()]
        for pid in [*(int(pid) for pid, parent in pairs if int(parent) == leader), leader]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not answers(self.port), 20, "PostgreSQL is gone")

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):
            self.run("pg_ctl", f"-D {self.data} -m immediate -w stop")
        shutil.rmtree(self.data, ignore_errors=True)
