"""With deploy/tls.yml: who has no certificate is not heard inside; and what the database allows.

PostgreSQL is a cluster of this test's own, with the roles and rights that its image would make.
"""

from __future__ import annotations

import http.client
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis
from psycopg2 import OperationalError, errors

from tests.chaos.servers import Postgres
from tests.production import NO_SERVER, ROOT, Database, Production, compose
from tests.running import wait_until

pytestmark = pytest.mark.chaos

TLS = "deploy/tls.yml"


class Inside(Database):
    """The database of a cluster whose roles sign in by certificates."""

    def __init__(self, server: Postgres, secrets: Path) -> None:
        self.secrets, self.port = secrets, server.port
        self.url, self.works_as = self.address("vx"), self.address("vx_app")

    def address(self, role: str, mode: str = "verify-full", by: str = "") -> str:
        """As docs/operating.md writes it, for this machine; `by` whose certificate."""
        files = f"sslcert={self.secrets}/{by or role}-inside.crt"
        files += f"&sslkey={self.secrets}/{by or role}-inside.key"
        files += f"&sslrootcert={self.secrets}/authority-inside.crt"
        return f"postgres://{role}@127.0.0.1:{self.port}/vx?sslmode={mode}&{files}"


def make_roles(server: Postgres, folder: Path) -> None:
    """What PostgreSQL's image runs when it has made the database."""
    (folder / "postgres-app-password").write_text("not-used-with-certificates")
    script = (ROOT / "deploy/postgres/10-role.sh").read_text()
    script = script.replace("/run/secrets", str(folder)).replace(
        "/etc/vx/", f"{ROOT}/deploy/postgres/"
    )
    place = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PATH": os.environ["PATH"]}
    names = {"POSTGRES_USER": "vx", "POSTGRES_DB": "vx"}
    subprocess.run(["sh", "-c", script], env=place | names, check=True, capture_output=True)


def speak_tls(server: Postgres, secrets: Path) -> None:
    """Start it as the overlay does, with its files where it may read them."""
    for name in ("authority-inside.crt", "postgres-inside.crt", "postgres-inside.key"):
        shutil.copy(secrets / name, server.data)
    shutil.copy(ROOT / "deploy/postgres/pg_hba.conf", server.data)
    for path in server.data.glob("*-inside.*"):
        path.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(path, "postgres")
    said = " ".join(compose(TLS)["services"]["postgres"]["command"][1:])
    server.run("pg_ctl", f"-D {server.data} -m fast -w stop")
    server.options = said.replace("/run/secrets", str(server.data)).replace(
        "/etc/vx", str(server.data)
    )
    server.start()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    folder = tmp_path_factory.mktemp("inside")
    secrets = folder / "secrets"
    server = Postgres()
    production = Production(folder, Inside(server, secrets), NO_SERVER, beside=(TLS,))
    try:
        subprocess.run([ROOT / "deploy/certificates", secrets], check=True)
        make_roles(server, secrets)
        speak_tls(server, secrets)
        production.start("redis")
        wait_until(lambda: production._listens("redis:6379"), 10, "Redis answers")
        production.prepare()
        for service in ("web-1", "web-2", "beat", "worker", "nginx"):
            production.start(service)
        wait_until(lambda: ask(production, by="portal") == 200, 60, "web-1 is ready")
        yield production
    finally:
        production.stop_all()
        server.stop()


def trusting(portal: Production, by: str = "") -> ssl.SSLContext:
    """What knows the authority of the installation; `by` whose certificate it shows."""
    secrets = portal.folder / "secrets"
    context = ssl.create_default_context(cafile=str(secrets / "authority-inside.crt"))
    if by:
        context.load_cert_chain(secrets / f"{by}-inside.crt", secrets / f"{by}-inside.key")
    return context


def ask(portal: Production, by: str = "", path: str = "/readyz") -> int:
    """The status that web-1 answers with; 0 for none."""
    port = portal.ports["web-1:8000"]
    connection = http.client.HTTPSConnection(
        "127.0.0.1", port, timeout=10, context=trusting(portal, by)
    )
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def test_people_are_served_and_workers_work(portal: Production) -> None:
    page = portal.visitor().get("/en/account/login/")

    assert page.status == 200
    assert "inside" not in page.text
    assert ask(portal, by="portal") == 200  # the worker has said by Redis that it is there


def test_web_servers_hear_nobody_without_a_certificate(portal: Production) -> None:
    assert ask(portal, path="/livez") == 0
    assert portal.ask_web("web-1", "/livez") == (0, b"")  # nor without TLS
    assert ask(portal, by="nginx", path="/livez") == 200  # the control


def test_nginx_speaks_to_no_other_web_server(portal: Production, tmp_path: Path) -> None:
    """One with a certificate of another authority is as one that is gone."""
    subprocess.run([ROOT / "deploy/certificates", tmp_path], check=True)
    ours = portal.command("web-1")
    portal.kill("web-1")
    portal.kill("web-2")
    secrets = f"{portal.folder}/secrets/portal-inside"
    false = [word.replace(secrets, f"{tmp_path}/portal-inside") for word in ours]
    process = subprocess.Popen(false, cwd=ROOT, env=portal.environment("web-1"))
    try:
        wait_until(lambda: portal._listens("web-1:8000"), 30, "the false one listens")
        assert portal.visitor().get("/en/").status == 503
    finally:
        process.kill()
        process.wait()
    for service in ("web-1", "web-2"):
        portal.start(service)
    wait_until(lambda: portal.visitor().get("/en/").status == 200, 60, "the true ones answer")


def test_redis_hears_nobody_without_a_certificate(portal: Production) -> None:
    true = portal.environment("worker")["REDIS_URL"]
    plain = f"redis://127.0.0.1:{portal.ports['redis:6379']}/0"
    nobody = true.partition("&ssl_certfile")[0]

    for url in (plain, nobody):
        with pytest.raises(redis.exceptions.RedisError):
            redis.from_url(url).ping()

    assert redis.from_url(true).ping()


def test_postgresql_hears_nobody_without_the_certificate_of_the_role(portal: Production) -> None:
    database = portal.database
    assert isinstance(database, Inside)
    plain = database.address("vx_app", mode="disable")
    nobody = database.address("vx_app").partition("sslcert")[0]
    authority = f"sslrootcert={database.secrets}/authority-inside.crt"
    another = database.address("vx", by="vx_app")

    for url in (plain, nobody + authority, another):
        with pytest.raises(OperationalError):
            psycopg2.connect(url)

    psycopg2.connect(database.works_as).close()


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE paperwork_event",
        "TRUNCATE paperwork_event",
        "ALTER TABLE paperwork_event DISABLE TRIGGER ALL",
        "ALTER TABLE paperwork_event ADD COLUMN more integer",
        "CREATE TABLE more (id integer)",
        "CREATE ROLE more LOGIN",
    ],
)
def test_what_serves_people_cannot_change_the_tables(portal: Production, statement: str) -> None:
    """It works as a role that may read and write rows, and nothing besides."""
    connection = psycopg2.connect(portal.database.works_as)
    cursor = connection.cursor()
    cursor.execute("SELECT count(*) FROM paperwork_event")  # the control: it is the right one

    with pytest.raises(errors.InsufficientPrivilege):
        cursor.execute(statement)

    connection.close()


def test_a_backup_is_made_by_the_owner(portal: Production) -> None:
    process = portal.start("backup")

    assert process.wait(120) == 0, portal.log("backup")
    assert list((portal.folder / "srv/backups").glob("vx-*/manifest.json"))
