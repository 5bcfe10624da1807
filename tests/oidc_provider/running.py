"""The provider as a running process, and what the test has it say."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings

from tests.running import wait_until

CLIENT, SECRET = "portal", "a-secret-of-the-tests"
NUMBER = "urn:schac:personalUniqueCode:nl:local:leidenuniv.nl:studentid:s1234567"
ESI = "urn:schac:personalUniqueCode:int:esi:nl:12345"
CLAIMS = {
    "name": "Sanne de Vries",
    "email": "s.de.vries@umail.leidenuniv.nl",
    "email_verified": True,
    "schac_home_organization": "leidenuniv.nl",
    "eduperson_affiliation": ["student"],
    "schac_personal_unique_code": [ESI, NUMBER],
}


class Provider:
    """The running provider, and what it says next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.says()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{port}"
        callback = f"{django_settings.SITE_URL}/sso/callback/"
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.oidc_provider.serve", port, CLIENT, SECRET, callback],
            cwd=django_settings.BASE_DIR,
            env={**os.environ, "OIDC_PROVIDER_DIR": str(folder)},
            stdout=self.log,
            stderr=self.log,
        )
        wait_until(self._answers, 30, "the provider answers")

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            pytest.fail((self.folder / "log").read_text()[-2000:])
        try:
            address = f"{self.address}/.well-known/openid-configuration"
            with urllib.request.urlopen(address, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def says(
        self, sub: str = "sub-1", id_token: dict[str, Any] | None = None, **claims: Any
    ) -> None:
        """Say this of whoever comes next; a claim given as None is left out."""
        said = {key: value for key, value in {**CLAIMS, **claims}.items() if value is not None}
        text = json.dumps({"sub": sub, "claims": said, "id_token": id_token or {}})
        (self.folder / "says.json").write_text(text)

    def back(self, authorize: str) -> str:
        """Where the provider sends a browser that comes to `authorize`: path and query.

        Whoever it asks to sign in again (`prompt=login`) does so.
        """
        asked = urlsplit(authorize)
        connection = HTTPConnection(asked.netloc, timeout=10)
        connection.request("GET", f"{asked.path}?{asked.query}")
        where = str(connection.getresponse().headers["Location"])
        connection.close()
        if where.startswith("/account/reauthenticate/"):
            then = parse_qs(urlsplit(where).query)["next"][0]
            return self.back(f"{self.address}{then}")
        assert where.startswith(f"{django_settings.SITE_URL}/sso/callback/?"), where
        return where.removeprefix(django_settings.SITE_URL)
