"""Recovery codes of which hashes alone are kept: they are made in the moment that they are shown.

allauth keeps the seed that they are made of, encrypted; whoever had the database and the key would
have every code.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth, flows
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from argon2.low_level import Type, hash_secret_raw
from django.db import transaction
from django.utils.crypto import constant_time_compare

HIDDEN = "****"
# With other figures no code that was given out would be known any more.
ARGON2 = {"time_cost": 2, "memory_cost": 19 * 1024, "parallelism": 1, "hash_len": 32}


def kept(codes: Iterable[str]) -> dict[str, Any]:
    """What the database keeps of `codes`: one salt, so that a try costs one hash and not ten."""
    salt = secrets.token_hex(16)
    return {"salt": salt, "hashes": [_hash(code, salt) for code in codes]}


def _hash(code: str, salt: str) -> str:
    plain = "".join(code.split()).encode(errors="replace")
    return hash_secret_raw(plain, bytes.fromhex(salt), type=Type.ID, **ARGON2).hex()


class HashedCodes(RecoveryCodes):  # type: ignore[misc]  # comes without types
    """Somebody's codes; what they are is known until the page that shows them is sent."""

    instance: Authenticator
    shown: list[str] | None = None

    @classmethod
    def activate(cls, user: Any) -> HashedCodes:
        instance, _new = Authenticator.objects.get_or_create(
            user=user, type=Authenticator.Type.RECOVERY_CODES, defaults={"data": {"hashes": []}}
        )
        return cls(instance)

    def generate_codes(self) -> list[str]:
        """As many new codes as one gets; nothing is kept of them yet."""
        digits = app_settings.RECOVERY_CODE_DIGITS
        codes: set[str] = set()
        while len(codes) < app_settings.RECOVERY_CODE_COUNT:
            codes.add(str(secrets.randbelow(10**digits)).zfill(digits))
        return list(codes)

    def get_unused_codes(self) -> list[str]:
        return self.shown or [HIDDEN] * len(self.instance.data["hashes"])

    @transaction.atomic
    def mark_as_viewed(self) -> None:
        """Make the codes for the page that asks first."""
        self._lock()
        if not self.did_view:
            self.shown = self.generate_codes()
            self.instance.data = kept(self.shown)
            super().mark_as_viewed()

    @transaction.atomic
    def validate_code(self, code: str) -> bool:
        self._lock()
        hashes: list[str] = self.instance.data["hashes"]
        if not hashes:
            return False
        given = _hash(code, self.instance.data["salt"])
        left = [one for one in hashes if not constant_time_compare(one, given)]
        if len(left) == len(hashes):
            return False
        self.instance.data["hashes"] = left
        self.instance.save(update_fields=["data"])
        return True

    def _lock(self) -> None:
        self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)


def use_ours() -> None:
    """Let allauth make and read codes by these, wherever it does."""
    auth.RecoveryCodes = flows.RecoveryCodes = HashedCodes
