"""docker-compose.yml, the Dockerfile and nginx's configuration, read: what they must say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from tests.production import SECRET_KEY, compose

ROOT: Path = settings.BASE_DIR
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NGINX = (ROOT / "deploy/nginx/nginx.conf.template").read_text()
OURS = {"web-1", "web-2", "worker", "beat", "prepare", "backup"}
ONCE = {"prepare", "backup"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def test_all_parts_are_there(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == OURS | {"nginx", "postgres", "redis"}
    assert services["worker"]["deploy"]["replicas"] == 2
    assert int(re.findall(r"postgres:(\d+)", services["postgres"]["image"])[0]) >= 15


def test_each_part_is_watched_limited_and_comes_back() -> None:
    for name, service in compose("deploy/viruses.yml")["services"].items():
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["logging"]["options"]["max-size"], name
        if name not in ONCE:
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"][0] == "CMD", name
            assert re.fullmatch(r"\d+s", service["stop_grace_period"]), name


def test_who_waits_for_a_page_goes_first(services: dict[str, dict[str, Any]]) -> None:
    smaller = {name for name, service in services.items() if "cpu_shares" in service}
    assert smaller == {"worker"}
    assert services["worker"]["cpu_shares"] < 1024  # what Docker gives all others


def test_ours_run_without_power() -> None:
    services = compose("deploy/viruses.yml")["services"]
    for name in OURS | {"nginx", "clamav", "freshclam"}:
        assert services[name]["user"].split(":")[0] not in {"0", "root"}, name
        assert services[name]["read_only"] is True, name
        assert services[name]["cap_drop"] == ["ALL"], name


def test_commands_are_lists(services: dict[str, dict[str, Any]]) -> None:
    """A shell between Docker and the portal would keep the signal to stop for itself."""
    for name, service in services.items():
        assert isinstance(service.get("command", []), list), name


def test_only_nginx_can_be_reached(services: dict[str, dict[str, Any]]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    networks = compose()["networks"]
    assert networks["data"]["internal"] is True
    for name in ("postgres", "redis"):
        assert services[name]["networks"] == ["data"]
    assert services["nginx"]["networks"] == ["front"]


def test_redis_forgets_nothing(services: dict[str, dict[str, Any]]) -> None:
    said = " ".join(services["redis"]["command"])

    assert "--appendonly yes" in said
    assert "--maxmemory-policy noeviction" in said
    assert "redis:/data" in services["redis"]["volumes"]


def test_nothing_serves_before_the_database_is_prepared(
    services: dict[str, dict[str, Any]],
) -> None:
    for name in ("web-1", "web-2", "worker", "beat"):
        waits = services[name]["depends_on"]
        assert waits["prepare"]["condition"] == "service_completed_successfully", name
        assert waits["postgres"]["condition"] == "service_healthy", name


def test_secrets_come_from_files_that_are_not_here(services: dict[str, dict[str, Any]]) -> None:
    declared = compose()["secrets"]
    ignored = (ROOT / ".gitignore").read_text().split()
    assert all(secret["file"].startswith("./secrets/") for secret in declared.values())
    assert "/secrets/" in ignored
    assert not (ROOT / "secrets").exists() or "/secrets/" in ignored
    for name, service in services.items():
        assert set(service.get("secrets", [])) <= set(declared), name
        for variable, value in service.get("environment", {}).items():
            secret = re.search(r"SECRET|PASSWORD|DATABASE_URL|EMAIL_URL", variable)
            assert not secret or str(value).startswith("/run/secrets/"), variable


def test_what_serves_people_does_not_own_the_database(services: dict[str, dict[str, Any]]) -> None:
    """Only what makes or copies tables signs in as their owner, and when somebody asks for it."""
    owners = {name for name in OURS if "database-owner-url" in services[name]["secrets"]}
    assert owners == ONCE
    for name in OURS:
        url = f"database-{'owner-' if name in owners else ''}url"
        assert services[name]["environment"]["DATABASE_URL_FILE"] == f"/run/secrets/{url}"
        assert {"database-url", "database-owner-url"} & set(services[name]["secrets"]) == {url}
    guide = (ROOT / "docs/operating.md").read_text()
    assert "postgres://vx_app:" in guide.split("> secrets/database-url")[0].splitlines()[-1]
    at_first = [one for one in services["postgres"]["volumes"] if "initdb.d" in one]
    assert at_first == [
        "./deploy/postgres/10-role.sh:/docker-entrypoint-initdb.d/10-role.sh:ro",
    ]
    rights = (ROOT / "deploy/postgres/rights.sql").read_text()
    assert set(re.findall(r"\b[A-Z]{5,}\b", rights.partition("GRANT")[2])) == {
        *("SELECT", "INSERT", "UPDATE", "DELETE", "TABLES"),
        *("ALTER", "DEFAULT", "PRIVILEGES", "SCHEMA", "GRANT", "USAGE", "SEQUENCES"),
    }


def test_log_lines_of_every_part_can_go_elsewhere(services: dict[str, dict[str, Any]]) -> None:
    """By deploy/logs.yml: all of them, encrypted, to who proves who it is."""
    text = (ROOT / "deploy/logs.yml").read_text()
    sent = yaml.safe_load(text)["services"]

    assert sent.keys() == services.keys()
    for name, service in sent.items():
        assert service.keys() == {"logging"}, name
        options = service["logging"]["options"]
        assert service["logging"]["driver"] == "syslog", name
        assert options["syslog-address"].startswith("tcp+tls://${LOG_ADDRESS:?"), name
        assert options["syslog-tls-ca-cert"], name
        assert "syslog-tls-skip-verify" not in options, name
        assert options["mode"] == "non-blocking", name
    guide = (ROOT / "docs/operating.md").read_text()
    for said in (
        "COMPOSE_FILE=docker-compose.yml:deploy/logs.yml",
        "LOG_ADDRESS=",
        "LOG_AUTHORITY",
    ):
        assert said in guide


def test_with_tls_inside_the_rest_stays_as_it_is(services: dict[str, dict[str, Any]]) -> None:
    """deploy/tls.yml adds to the commands, gives each part its own key, and leaves no line out."""
    inside = compose("deploy/tls.yml")

    assert inside["services"].keys() == services.keys()
    for name, service in inside["services"].items():
        before = services[name].get("command", ["postgres"])
        assert service["command"][: len(before)] == before, name
        keys = {one for one in service["secrets"] if one.endswith("-inside.key")}
        mine = {"portal-inside.key", f"vx{'' if name in ONCE else '_app'}-inside.key"}
        assert keys == (mine if name in OURS else {f"{name}-inside.key"}), name
        assert set(service["secrets"]) <= set(inside["secrets"]), name
        assert "authority-inside.crt" in service["secrets"], name
        if name in OURS:
            assert service["environment"]["REDIS_URL"].startswith("rediss://redis:6379/0?"), name
            assert " " not in service["environment"]["REDIS_URL"], name
    allowed = (ROOT / "deploy/postgres/pg_hba.conf").read_text().splitlines()
    assert [line.split()[-1] for line in allowed if line.startswith("host")] == ["cert"]
    assert [line.split()[0] for line in allowed if line[0] != "#"] == ["local", "hostssl"]


def test_a_virus_scanner_reaches_nobody(services: dict[str, dict[str, Any]]) -> None:
    """By deploy/viruses.yml: what sees files has no network, and what has one sees no files."""
    with_it = compose("deploy/viruses.yml")
    clamav, freshclam = (with_it["services"].pop(name) for name in ("clamav", "freshclam"))
    socket = re.findall(
        r"^LocalSocket (.+)/clamd.sock$", (ROOT / "deploy/clamav/clamd.conf").read_text(), re.M
    )

    assert clamav["network_mode"] == "none"
    assert not {"networks", "ports", "secrets", "environment"} & clamav.keys()
    assert freshclam["networks"] == ["out"]
    assert not {"ports", "secrets", "environment"} & freshclam.keys()
    assert clamav["image"] == freshclam["image"]
    assert re.fullmatch(r"clamav/clamav:\d+\.\d+", clamav["image"])
    assert socket == ["/run/scanner"]
    places = {one.split(":")[0] for one in clamav["volumes"] + freshclam["volumes"]}
    assert places == {"scanner", "signatures", "./deploy/clamav"}
    assert {"scanner", "signatures"} <= with_it["volumes"].keys()
    for name in ("web-1", "web-2", "worker"):
        service = with_it["services"][name]
        assert service["environment"].pop("CLAMD") == "unix:///run/scanner/clamd.sock", name
        assert service["volumes"].pop() == "scanner:/run/scanner:ro", name
    assert with_it["services"] == services, "all else stays as it is"
    guide = (ROOT / "docs/operating.md").read_text()
    assert "COMPOSE_FILE=docker-compose.yml:deploy/viruses.yml" in guide


def test_every_setting_in_it_is_one(services: dict[str, dict[str, Any]]) -> None:
    example = (ROOT / ".env.example").read_text()
    known = {n.removesuffix("_FILE") for n in re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)}
    known |= {"REMAP_SIGTERM", "FILES_BY_NGINX"}
    for name in OURS:
        given = {v.removesuffix("_FILE") for v in services[name]["environment"]}
        assert given <= known, name


def test_workers_give_back_what_they_do(services: dict[str, dict[str, Any]]) -> None:
    assert services["worker"]["environment"]["REMAP_SIGTERM"] == "SIGQUIT"
    grace = int(services["worker"]["stop_grace_period"].removesuffix("s"))
    assert settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT < grace <= 10


# --- The Dockerfile -------------------------------------------------------------------------------
def instructions(text: str) -> list[tuple[str, str]]:
    """The Dockerfile's instructions, without comments, lines put together."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    whole = re.sub(r"\\\n", " ", "\n".join(lines)).splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in whole]


def complaints(text: str) -> list[str]:
    """What is wrong with a Dockerfile, as hadolint would say it."""
    found = []
    parts = instructions(text)
    final = parts[max(i for i, (name, _rest) in enumerate(parts) if name == "FROM") :]
    last = dict(final)
    for name, rest in parts:
        if name == "FROM" and not re.match(r"[\w./-]+:[\w.-]*\d[\w.-]*( AS \w+)?$", rest):
            found.append(f"base without a version: {rest}")
        if name == "FROM" and ":latest" in rest:
            found.append("latest")
        if name == "ADD":
            found.append("ADD")
        if name in ("CMD", "ENTRYPOINT") and not rest.startswith("["):
            found.append(f"{name} through a shell")
        tidy = "--no-install-recommends" in rest and "rm -rf /var/lib/apt/lists" in rest
        if name == "RUN" and "apt-get install" in rest and not tidy:
            found.append("apt-get leaves things behind")
        if name in ("ENV", "ARG") and re.search(r"(?i)(key|password|token|secret)\w*=\S", rest):
            found.append(f"a secret in {name}")
        if re.search(r"(?i)index-url|extra-index|trusted-host|https?://(?!127\.0\.0\.1)", rest):
            found.append(f"an address: {rest}")
        if "sudo" in rest:
            found.append("sudo")
    if last.get("USER", "root").split(":")[0] in {"root", "0"}:
        found.append("runs as root")
    if "HEALTHCHECK" not in last or 'CMD ["' not in last["HEALTHCHECK"]:
        found.append("no health check in exec form")
    if not [name for name, _rest in final if name == "CMD"]:
        found.append("no command")
    return found


def test_the_dockerfile_is_sound() -> None:
    assert complaints(DOCKERFILE) == []
    assert DOCKERFILE.count("\nFROM ") == 2  # what builds stays behind
    assert SECRET_KEY not in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("python:3.13-slim-trixie", "python:latest", "latest"),
        ("python:3.13-slim-trixie", "python", "base without a version"),
        ("USER 10001:10001", "USER root", "runs as root"),
        ("USER 10001:10001\n", "", "runs as root"),
        ('CMD ["gunicorn"', 'CMD gunicorn "', "CMD through a shell"),
        ("HEALTHCHECK", "LABEL x=", "no health check"),
        (" --no-install-recommends", "", "apt-get leaves"),
        ("ENV PATH=", "ENV SECRET_KEY=abc PATH=", "a secret in ENV"),
        ("--require-hashes", "--index-url https://pypi.example.org/simple", "an address"),
    ],
)
def test_it_would_be_seen(was: str, becomes: str, says: str) -> None:
    assert was in DOCKERFILE
    assert [line for line in complaints(DOCKERFILE.replace(was, becomes)) if says in line]


def test_the_image_has_the_python_we_test_with() -> None:
    wanted = (ROOT / ".python-version").read_text().strip()
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]

    assert f"python:{wanted}-slim" in DOCKERFILE
    assert needs == ">=3.12"


def test_only_the_portal_goes_into_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}

    assert "*" in lines
    assert not allowed & {"secrets", ".env", "var", "backups", ".git", "tests"}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages <= allowed
    named = re.findall(r"manage\.py \w+ (\w+)/", (ROOT / "docs/operating.md").read_text())
    assert "houses" in named  # a new portal starts from a file of these
    assert set(named) <= allowed


# --- nginx ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "says",
    [
        "proxy_ssl_verify on;",
        "client_max_body_size 12m;",
        "server_tokens off;",
        "return 444;",
        "proxy_set_header X-Request-Id $request_id;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "client_body_timeout 15s;",
        "ssl_protocols TLSv1.2 TLSv1.3;",
        "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
        "ssl_prefer_server_ciphers on;",
        "client_header_timeout 10s;",
        "error_log stderr emerg;",
    ],
)
def test_nginx_says(says: str) -> None:
    assert says in NGINX


def test_nginx_repeats_no_form_and_adds_to_no_header() -> None:
    assert "non_idempotent" not in NGINX
    assert "proxy_add_x_forwarded_for" not in NGINX


def test_nginx_leads_no_calendar_on() -> None:
    """A key that programs send: without https it is refused, so that its owner notices."""
    refused = re.search(
        r"listen 8080;\n\s+server_name.*?location ~ (\S+) {\s+return 403;", NGINX, re.S
    )
    assert refused

    for language in ("nl", "en"):
        with translation.override(language):
            assert re.search(refused[1], reverse("exchange:feed", args=["a-key:of-somebody"]))
            assert not re.search(refused[1], reverse("exchange:calendar"))


def test_nginx_logs_no_address() -> None:
    logged = re.search(r"log_format portal.*?;", NGINX, re.DOTALL)
    assert logged
    names = set(re.findall(r"\$(\w+)", logged[0]))
    allowed = {"time_iso8601", "request_id", "method", "status", "request_time", "bytes_sent"}
    assert names == allowed | {"upstream_addr", "upstream_status", "network"}
