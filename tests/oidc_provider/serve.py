"""Run the provider: `python -m tests.oidc_provider.serve PORT CLIENT SECRET CALLBACK`."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.oidc_provider.settings"
django.setup()

from allauth.idp.oidc.models import Client  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import run  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

if __name__ == "__main__":
    port, client_id, secret, callback = sys.argv[1:]
    call_command("migrate", verbosity=0)
    client = Client(id=client_id, name="the portal", skip_consent=True, redirect_uris=callback)
    client.set_secret(secret)
    client.set_scopes(["openid", "profile", "email"])
    client.save()
    run("127.0.0.1", int(port), get_wsgi_application(), threading=True)
