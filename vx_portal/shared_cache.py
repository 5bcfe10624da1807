"""The cache that all processes share: in Redis, and in a table of the database while Redis is away.

Limits on guessing and forms that ask for it must work at any hour. What Redis counted is not in the
table: a limit begins anew when Redis goes, and goes on from there.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from django.core.cache import BaseCache, caches
from redis.exceptions import RedisError

log = structlog.get_logger("vx_portal.shared_cache")

REST = 5.0  # seconds in which a Redis that gave trouble is not asked again by this process
TRIAL = 1.0  # seconds in which only one request finds out whether it is back


class Rest:
    """Whether Redis is left alone by this process, so that not each request waits for it."""

    def __init__(self) -> None:
        self.until = 0.0
        self.in_trouble = False

    def is_over(self) -> bool:
        """Whether this caller may ask Redis; after trouble one asks, and the others go on."""
        now = time.monotonic()
        if now < self.until:
            return False
        if self.in_trouble:
            self.until = now + TRIAL
        return True

    def begin(self, error: Exception) -> None:
        if not self.in_trouble:
            log.warning("redis gives trouble", problem=type(error).__name__)
        self.in_trouble, self.until = True, time.monotonic() + REST

    def end(self) -> None:
        if self.in_trouble:
            log.info("redis is back")
            self.in_trouble, self.until = False, 0.0


rest = Rest()


class SharedCache(BaseCache):
    """Asks the cache `redis`, and `spare` when that does not answer. Raises no error of Redis."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def _ask(self, name: str, *given: Any, **options: Any) -> Any:
        if rest.is_over():
            try:
                answer = getattr(caches["redis"], name)(*given, **options)
            except (RedisError, OSError) as error:
                rest.begin(error)
            else:
                rest.end()
                return answer
        return getattr(caches["spare"], name)(*given, **options)

    def add(self, key: Any, value: Any, *given: Any, **options: Any) -> bool:
        return bool(self._ask("add", key, value, *given, **options))

    def get(self, key: Any, *given: Any, **options: Any) -> Any:
        return self._ask("get", key, *given, **options)

    def set(self, key: Any, value: Any, *given: Any, **options: Any) -> None:
        self._ask("set", key, value, *given, **options)

    def touch(self, key: Any, *given: Any, **options: Any) -> bool:
        return bool(self._ask("touch", key, *given, **options))

    def delete(self, key: Any, *given: Any, **options: Any) -> bool:
        return bool(self._ask("delete", key, *given, **options))

    def has_key(self, key: Any, *given: Any, **options: Any) -> bool:
        return bool(self._ask("has_key", key, *given, **options))

    def incr(self, key: Any, *given: Any, **options: Any) -> int:
        return int(self._ask("incr", key, *given, **options))

    def clear(self) -> None:
        self._ask("clear")
