"""Whom single sign-on believes: the provider of the settings, and its own signature alone."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
import pytest
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.test import RequestFactory
from pytest_django import Settings
from requests import TooManyRedirects

from accounts.oidc import PROVIDER, OIDCAdapter

SHARED = "a-key-that-two-share-and-that-is-long-enough-0123456789"


@pytest.mark.parametrize(("algorithm", "key"), [("none", None), ("HS256", SHARED)])
def test_an_unsigned_token_or_one_of_a_shared_key_is_refused(
    algorithm: str, key: str | None
) -> None:
    token = jwt.encode({"sub": "somebody"}, key, algorithm=algorithm)  # type: ignore[arg-type]
    request = RequestFactory().get("/sso/callback/")

    for raw in (token, "", "no.token.atall"):
        with pytest.raises(OAuth2Error, match="trust"):
            OIDCAdapter(request, PROVIDER).complete_login(
                request,
                None,
                None,  # type: ignore[arg-type]
                response={"id_token": raw},
            )


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody on to an address of its own choosing, or says who it is."""

    issuer = "https://evil.test"

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/inside")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"issuer": "%s"}' % self.issuer.encode())

    def log_message(self, *args: object) -> None:
        pass


def serve() -> HTTPServer:
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_a_provider_that_sends_us_elsewhere_is_not_followed() -> None:
    server = serve()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        with get_adapter().get_requests_session() as session:
            assert session.get(f"{address}/here").status_code == 200
            with pytest.raises(TooManyRedirects):
                session.get(f"{address}/moved")
    finally:
        server.shutdown()
        server.server_close()


def test_another_issuer_than_the_settings_name_is_refused(db: None, settings: Settings) -> None:
    server = serve()
    address = f"http://127.0.0.1:{server.server_port}"
    settings.OIDC_SERVER_URL = address
    app = {
        "provider_id": PROVIDER,
        "name": "x",
        "client_id": "x",
        "secret": "x",
        "settings": {"server_url": address},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    request = RequestFactory().get("/")
    try:
        with pytest.raises(OAuth2Error, match="another issuer"):
            _ = OIDCAdapter(request, PROVIDER).openid_config
        Elsewhere.issuer = f"{address}/"
        assert OIDCAdapter(request, PROVIDER).openid_config["issuer"] == f"{address}/"
    finally:
        server.shutdown()
        server.server_close()
