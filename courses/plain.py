"""Texts in the database without accents and capitals, to look for words in."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, TextField
from django.db.models.lookups import Contains

from courses.search import plain


class Plain(Func):
    """What `courses.search.plain` makes of a text, made by the database: "Zoë Łuk" is "zoe luk".

    Most names have no letter that it changes but capitals; they cost the database little.
    """

    function = "vx_plain"
    arity = 1
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        connection.ensure_connection()
        connection.connection.create_function("vx_plain", 1, _plain, deterministic=True)
        template = (
            "CASE WHEN length(CAST(%(expressions)s AS BLOB)) = length(%(expressions)s)"
            " THEN lower(%(expressions)s) ELSE vx_plain(%(expressions)s) END"
        )
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        bare = "regexp_replace(normalize(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g')"
        single = f"translate({bare}, 'øØłŁđĐðÐı', 'oollddddi')"
        for letters, letter in (("æÆ", "ae"), ("œŒ", "oe"), ("þÞ", "th"), ("ßẞ", "ss")):
            for one in letters:
                single = f"replace({single}, '{one}', '{letter}')"
        template = (
            "CASE WHEN octet_length(%(expressions)s) = length(%(expressions)s)"
            f" THEN lower(%(expressions)s) ELSE lower({single}) END"
        )
        return self.as_sql(compiler, connection, template=template, **more)


def has(field: str, words: str) -> Contains:
    """The condition that `words` stand in `field`, whatever their accents and capitals."""
    return Contains(Plain(field), plain(words))


def _plain(text: str | None) -> str | None:
    return None if text is None else plain(text)
