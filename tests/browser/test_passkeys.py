"""A passkey is added and signed in with, in a real browser under the strict policy."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, expect

from accounts.demo import PASSWORD
from tests.browser.conftest import Portal


def test_passkey_is_added_and_signs_in_without_a_password(
    chromium: Browser, portal: Portal
) -> None:
    context = chromium.new_context(locale="en-GB")
    blocked: list[Any] = []
    context.expose_function("blocked", lambda what: blocked.append(what))
    context.add_init_script(
        "addEventListener('securitypolicyviolation', e => blocked(e.violatedDirective))"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )

    page.goto(f"{portal.base}/en/account/login/")
    page.get_by_label("E-mail address").fill("coordinator-fsw@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/account/$|/office/|/desk/|/work/"))
    page.goto(f"{portal.base}/en/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name of the passkey").fill("laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")

    page.goto(f"{portal.base}/en/account/2fa/webauthn/")
    expect(page.get_by_role("main")).to_contain_text("laptop")
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    page.goto(f"{portal.base}/en/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"/account/$|/office/|/desk/|/work/"))
    page.goto(f"{portal.base}/en/account/2fa/webauthn/")
    expect(page.get_by_role("main")).to_contain_text("last used on")
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    page.goto(f"{portal.base}/en/account/login/")  # and it is the second step after a password
    page.get_by_label("E-mail address").fill("coordinator-fsw@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r"/account/$|/office/|/desk/|/work/"))
    page.goto(f"{portal.base}/en/account/2fa/webauthn/")

    assert not blocked
    assert not errors
    page.get_by_role("link", name="Remove laptop").click()  # the demo stays as it was
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Remove the passkey").click()
    context.close()


def test_without_javascript_no_passkey_is_offered(chromium: Browser, portal: Portal) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal.base}/en/account/login/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    context.close()
