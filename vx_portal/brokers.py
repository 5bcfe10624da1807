"""The two brokers as kombu has them, each with one thing mended that would stop a worker."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem, redis, virtual
from kombu.utils.json import dumps
from redis.exceptions import RedisError


class FolderChannel(filesystem.Channel):
    """Writes a message under another name, and renames it when it is whole.

    Kombu opens the file under its final name and writes it then: a worker that looks in between
    takes an empty file, loses the message, and stops on it.
    """

    def _put(self, queue: str, message: object, **_how: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}"
        folder = Path(self.data_folder_out)
        unfinished = folder / f"{name}.part"
        try:
            unfinished.write_text(dumps(message))  # type: ignore[no-untyped-call]
            os.replace(unfinished, folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise ChannelError("The broker's folder cannot be written to.") from error


class FolderTransport(filesystem.Transport):
    """`folder://`, with the options of kombu's `filesystem://`."""

    Channel = FolderChannel


class RedisQoS(redis.QoS):
    """Counts a message as done with, also when Redis does not answer to that.

    Kombu goes on counting it: a worker that takes one message at a time would never take another
    once Redis has been frozen for two seconds. Redis hands the message out again, later.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]
        except (RedisError, OSError):
            virtual.QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]
            raise


class RedisChannel(redis.Channel):
    QoS = RedisQoS


class RedisTransport(redis.Transport):
    """`redis://` and `rediss://`."""

    Channel = RedisChannel


def use_ours() -> None:
    """Let kombu find these by the schemes of their addresses."""
    TRANSPORT_ALIASES["folder"] = f"{__name__}:FolderTransport"
    TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = f"{__name__}:RedisTransport"
