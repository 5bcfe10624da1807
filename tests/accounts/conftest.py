"""The identity provider that the tests of single sign-on share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from tests import factories
from tests.oidc_provider.running import CLIENT, SECRET, Provider


@pytest.fixture(scope="session")
def _provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    running = Provider(tmp_path_factory.mktemp("provider"))
    yield running
    running.process.terminate()
    running.process.wait(10)
    running.log.close()


@pytest.fixture
def provider(_provider: Provider, settings: Settings, client: Client) -> Provider:
    """The provider, known to the portal, with Leiden and one partner taking part."""
    _provider.says()
    settings.OIDC_SERVER_URL = _provider.address
    app = {
        "provider_id": "university",
        "name": "SURFconext",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": _provider.address, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    leiden = factories.HomeUniversityFactory.create()
    factories.EmailDomainFactory.create(university=leiden, domain="umail.leidenuniv.nl")
    return _provider
