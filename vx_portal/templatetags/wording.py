"""`translate` and `blocktranslate` as Django has them, for texts that name the house.

What stands in braces in a text, `{city}` or `{exams.notice_days}`, is filled in from
courses/wording.py; what a page puts in (`{{ course }}`) is not looked at. In a message the office
may have worded a text otherwise: `worded` in the context has it (paperwork/wordings.py).
"""

from __future__ import annotations

from typing import Any

from django.template import Context, Library
from django.template.base import Parser, Token, render_value_in_context
from django.templatetags import i18n
from django.utils import translation
from django.utils.safestring import SafeString

from courses import house
from courses.wording import put_in, words_in
from paperwork import hints

register = Library()


class Translate(i18n.TranslateNode):
    """A text without anything of the page in it."""

    def message(self, context: Context) -> tuple[str, str, str]:
        """What gettext knows it by: context, singular, plural."""
        about = self.message_context.resolve(context) if self.message_context else ""
        return about, str(self.filter_expression.var.literal), ""

    def render(self, context: Context) -> str:
        said = super().render(context)
        if self.asvar:
            said = context[self.asvar]
        if own := _own(self, context):
            said = render_value_in_context(own[0], context)
        said = _filled(said, context)
        if self.asvar:
            context[self.asvar] = said
            return ""
        return said


def _own(node: Translate | BlockTranslate, context: Context) -> tuple[str, ...]:
    """What the office has made of the text, with its places in braces; empty where it is as it
    comes."""
    worded = context.get("worded")
    if not worded:
        return ()
    about, singular, _plural = node.message(context)
    own: tuple[str, ...] = worded.get((about, singular), ())
    return own


def _filled(said: str, context: Context) -> str:
    words = words_in(said)
    if not words:
        return said
    shown = {token: render_value_in_context(word, context) for token, word in words.items()}
    return SafeString(put_in(said, shown))


class BlockTranslate(i18n.BlockTranslateNode):
    """A text with places for what the page knows."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self._read: dict[int, tuple[str, list[str]]] = {}

    def render_token_list(self, tokens: list[Token]) -> tuple[str, list[str]]:
        """The message that gettext knows and the names of its places, put together only once."""
        if (read := self._read.get(id(tokens))) is None:
            read = self._read[id(tokens)] = super().render_token_list(tokens)
        return read

    def render(self, context: Context, nested: bool = False) -> str:
        extra = {name: value.resolve(context) for name, value in self.extra_context.items()}
        with context.push(**extra):
            said, names = self._said(context)
            values = {
                name: render_value_in_context(context.get(name, ""), context) for name in names
            }
            words = words_in(said)
            said = put_in(said, {token: f"%({token})s" for token in words})
            for token, word in words.items():
                values[token] = render_value_in_context(word, context)
        result = SafeString(said % values)
        if self.asvar:
            context[self.asvar] = result
            return ""
        return result

    def message(self, context: Context) -> tuple[str, str, str]:
        """What gettext knows it by: context, singular, plural."""
        about = self.message_context.resolve(context) if self.message_context else ""
        plural = self.render_token_list(self.plural)[0] if self.plural else ""
        return about, self.render_token_list(self.singular)[0], plural

    def _said(self, context: Context) -> tuple[str, list[str]]:
        """The text in the reader's language, and the names of the places in it."""
        message, names = self.render_token_list(self.singular)
        about = [self.message_context.resolve(context)] if self.message_context else []
        get: Any
        if not (self.plural and self.countervar and self.counter):
            get = translation.pgettext if about else translation.gettext
            said, form = str(get(*about, message)), 0
        else:
            count = context[self.countervar] = self.counter.resolve(context)
            plural, more = self.render_token_list(self.plural)
            get = translation.npgettext if about else translation.ngettext
            said, form = str(get(*about, message, plural, count)), 0 if count == 1 else 1
            names = [*names, *more]
        own = _own(self, context)
        return _with_places(own[form], names) if own else said, names


def _with_places(text: str, names: list[str]) -> str:
    """`text` of the office as gettext has texts: `{course}` is `%(course)s`."""
    text = text.replace("%", "%%")
    for name in names:
        text = text.replace(f"{{{name}}}", f"%({name})s")
    return text


@register.tag
def translate(parser: Parser, token: Token) -> Translate:
    node = i18n.do_translate(parser, token)
    return Translate(**vars(node))


@register.tag
def blocktranslate(parser: Parser, token: Token) -> BlockTranslate:
    node = i18n.do_block_translate(parser, token)
    return BlockTranslate(**vars(node))


@register.simple_tag
def term(name: str) -> str:
    """What is settled, in words: `{% term "exams.notice_days" %}` is "10 working days"."""
    word = house.word(name)
    if word is None:
        raise KeyError(name)
    return word


@register.filter
def hint(text: Any) -> str:
    """The help text of a field, as the office may have worded it."""
    return hints.said(text)
