"""Filling a form of a page as somebody would who wants nothing special: what stands there, and the
first choice, a word or a day where something is asked for.
"""

from __future__ import annotations

from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any


class Form:
    """One form: where it goes, how, and what it says when it is sent as it stands."""

    def __init__(self, attributes: dict[str, str | None]) -> None:
        self.action = attributes.get("action") or ""
        self.method = (attributes.get("method") or "get").lower()
        self.values: dict[str, list[str]] = {}
        self.kinds: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.button: tuple[str, str] | None = None

    def filled(self) -> dict[str, Any]:
        """All values, with something in what is empty."""
        data: dict[str, Any] = {name: list(values) for name, values in self.values.items()}
        for name, kind in self.kinds.items():
            given = [value for value in data.get(name, []) if value]
            if not given:
                given = [value] if (value := self._something(name, kind)) else []
            data[name] = given if given else [""]
        if self.button:
            data[self.button[0]] = [self.button[1]]
        return data

    def _something(self, name: str, kind: str) -> str:
        if choices := [one for one in self.choices.get(name, []) if one]:
            return choices[0]
        soon = date.today() + timedelta(days=3)  # noqa: DTZ011  # any day will do
        return {
            "date": soon.isoformat(),
            "datetime-local": f"{soon.isoformat()}T10:00",
            "time": "10:00",
            "email": "somebody@university.example",
            "number": "1",
            "url": "https://university.example/",
            "password": "a-long-pass-phrase-of-words-93",
            "checkbox": "on",
            "file": "",
        }.get(kind, "Words. " * 3)


class Forms(HTMLParser):
    """Finds the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._text = ""
        self._by_id: dict[str, Form] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        name = attributes.get("name") or ""
        if tag == "form":
            self._form = Form(attributes)
            self.found.append(self._form)
            if attributes.get("id"):
                self._by_id[str(attributes["id"])] = self._form
        form = self._by_id.get(attributes.get("form") or "", self._form)
        if form is None:
            return
        if tag == "input" and name:
            self._input(form, name, attributes)
        elif tag == "button" and name and attributes.get("type", "submit") == "submit":
            form.button = form.button or (name, attributes.get("value") or "")
        elif tag == "select" and name:
            self._select = name
            form.kinds[name] = "select"
            form.choices.setdefault(name, [])
        elif tag == "option" and self._select:
            value = attributes.get("value") or ""
            form.choices[self._select].append(value)
            if "selected" in attributes:
                form.values.setdefault(self._select, []).append(value)
        elif tag == "textarea" and name:
            self._text = name
            form.kinds[name] = "text"
            form.values[name] = [""]

    def _input(self, form: Form, name: str, attributes: dict[str, str | None]) -> None:
        kind, value = attributes.get("type") or "text", attributes.get("value") or ""
        if kind in ("submit", "image", "button", "reset"):
            form.button = form.button or (name, value)
            return
        if kind in ("checkbox", "radio"):
            form.choices.setdefault(name, []).append(value or "on")
            if kind == "radio":
                form.kinds[name] = kind
            if "checked" in attributes:
                form.values.setdefault(name, []).append(value or "on")
            return
        if kind != "hidden":
            form.kinds[name] = kind
        form.values.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._text and self._form:
            self._form.values[self._text][0] += data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""
