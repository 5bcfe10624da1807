"""What proves that events are as they were written: a digest of each, and seals over many.

Both are made with a key that is not in the database (AUDIT_KEY), so that whoever can write there
still cannot make one that fits. A digest tells nothing about an event to who has not the key: it
stays when the event's retention period is over, and the seals over it stay provable.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

if TYPE_CHECKING:
    from paperwork.models import Event, EventDigest, Seal

BEGINNING = "-"  # what stands before the first seal
ID_LENGTH = 8  # hexadecimal digits of the name of a key

EVENT = (
    *("subject_kind", "subject_id", "action", "from_state", "to_state", "actor_id", "actor_name"),
    *("role", "reason", "request_id"),
)


class UnknownKeyError(Exception):
    """Made with a key that this portal does not have."""


def keys() -> dict[str, bytes]:
    """The key of now, then former ones, by a name that gives nothing away."""
    secrets = [settings.AUDIT_KEY, *settings.AUDIT_KEY_FALLBACKS]
    secrets += [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = [
        hashlib.blake2b(
            b"audit", key=hashlib.sha256(secret.encode()).digest(), digest_size=32
        ).digest()
        for secret in secrets
        if secret
    ]
    return {hashlib.sha256(b"name of " + key).hexdigest()[:ID_LENGTH]: key for key in derived}


def signed(*parts: object) -> str:
    """The name of the key, and what it makes of `parts`."""
    name, key = next(iter(keys().items()))
    return f"{name}:{_mac(key, parts)}"


def fits(signature: str, *parts: object) -> bool:
    """Whether `signature` was made of `parts`. Raises UnknownKeyError."""
    name, _colon, mac = signature.partition(":")
    key = keys().get(name)
    if key is None:
        raise UnknownKeyError(name)
    return hmac.compare_digest(mac.encode(), _mac(key, parts).encode())


def _mac(key: bytes, parts: tuple[object, ...]) -> str:
    return hmac.digest(key, canonical(parts), "sha256").hex()


def canonical(value: Any) -> bytes:
    """`value` in the one way to write it: what comes out of either database is the same again."""
    as_stored = json.dumps(value, cls=_Encoder)
    # A database may give 1 for 1.0: numbers are compared by what they are worth.
    read = json.loads(as_stored, parse_float=_worth, parse_int=_worth)
    return json.dumps(read, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):  # Django's own leaves out what is below a millisecond
            return o.astimezone(UTC).isoformat(timespec="microseconds")
        return super().default(o)


def _worth(number: str) -> str:
    return format(Decimal(number).normalize(), "f")


# --- Events ---------------------------------------------------------------------------------------
def _said(event: Event) -> tuple[object, ...]:
    """All that an event says, in its order."""
    said = [getattr(event, name) for name in EVENT]
    return ("event", event.uid, *said, event.at, event.details)


def sign(event: Event) -> Event:
    """`event`, which is not saved yet, with its digest."""
    event.digest = signed(*_said(event))
    return event


def is_genuine(event: Event) -> bool:
    """Whether it says what it said when it was written. Raises UnknownKeyError."""
    return fits(event.digest, *_said(event))


# --- Seals ----------------------------------------------------------------------------------------
def root_of(digests: Iterable[tuple[int, str]]) -> str:
    """One hash over the digests of events, by their numbers in order."""
    root = hashlib.sha256()
    for event, digest in digests:
        root.update(f"{event} {digest}\n".encode())
    return root.hexdigest()


def _sealed(seal: Seal) -> tuple[object, ...]:
    numbers = (seal.number, seal.first_event, seal.last_event, seal.events)
    return ("seal", *numbers, seal.sealed_at, seal.root, seal.previous)


def close(seal: Seal) -> Seal:
    """`seal`, which is not saved yet, with what proves it."""
    seal.seal = signed(*_sealed(seal))
    return seal


def holds(seal: Seal) -> bool:
    """Whether it says what it said when it was made. Raises UnknownKeyError."""
    return fits(seal.seal, *_sealed(seal))


# --- Events that were let go ----------------------------------------------------------------------
def _taken(row: EventDigest) -> tuple[object, ...]:
    return ("let go", row.event, row.digest, row.taken_at)


def let_go(row: EventDigest, at: datetime) -> EventDigest:
    """`row` with the proof that the portal itself let its event go."""
    row.taken_at = at
    row.taken = signed(*_taken(row))
    return row


def was_let_go(row: EventDigest) -> bool:
    """Whether the portal itself let its event go. Raises UnknownKeyError."""
    return bool(row.taken) and fits(row.taken, *_taken(row))
