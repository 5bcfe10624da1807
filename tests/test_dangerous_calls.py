"""What no part of the portal does: run what it is given, trust unchecked, guess by poor chance."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from exams import vault

ROOT: Path = settings.BASE_DIR
APPS = (
    *("courses", "accounts", "paperwork", "enrolments", "exams", "grades", "privacy"),
    "vx_portal",
)
CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.load", "pickle.loads",
    "marshal.loads", "shelve.open", "yaml.load", "dill.loads", "tempfile.mktemp", "hashlib.md5",
    "hashlib.sha1", "ssl._create_unverified_context", "mark_safe", "RawSQL", "urlopen",
    "urllib.request.urlopen", "requests.get", "requests.post", "requests.request",
}  # fmt: skip
METHODS = {"raw", "extra"}  # of a query set: SQL by hand
SETTINGS = {"shell", "verify", "check_hostname"}  # arguments whose wrong value is dangerous
WRONG = {"shell": True, "verify": False, "check_hostname": False}
MODULES = {"pickle", "marshal", "shelve", "telnetlib", "ftplib", "xmlrpc"}
ESCAPED = {"vx_portal/answers.py"}  # marks as safe what it has put together of escaped words
# Chance that keeps no secret: how long to pause, which exams the planner looks at first.
CHANCE = {"paperwork/models/owed.py", "exams/planning/improving.py"}


def found_in(source: str, *, may_use_chance: bool = False) -> list[str]:
    """What in `source` is on the lists above."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=func, keywords=given):
                name = ast.unparse(func)
                if name in CALLS or (
                    isinstance(func, ast.Attribute) and func.attr in METHODS and "objects" in name
                ):
                    faults.append(name)
                faults += [
                    f"{one.arg}={one.value.value}"
                    for one in given
                    if one.arg in SETTINGS
                    and isinstance(one.value, ast.Constant)
                    and one.value.value is WRONG[one.arg]
                ]
            case ast.Import(names=names):
                faults += [one.name for one in names if one.name.split(".")[0] in MODULES]
                if not may_use_chance:
                    faults += [one.name for one in names if one.name == "random"]
            case ast.ImportFrom(module=str(module)):
                if module.split(".")[0] in MODULES | {"random"}:
                    faults.append(module)
            case _:
                continue
    return faults


def test_nothing_dangerous_is_called() -> None:
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "demo" in path.name or "management" in path.parts:
                continue  # made-up people, and commands for operators
            faults = found_in(path.read_text(), may_use_chance=name in CHANCE)
            if name in ESCAPED:
                faults.remove("mark_safe")
            if faults:
                found[name] = faults

    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "subprocess.run(text, shell=True)",
        "import pickle",
        "from pickle import loads",
        "yaml.load(text)",
        "Course.objects.raw(text)",
        "Course.objects.filter(pk=1).extra(where=[text])",
        "requests.get(address, verify=False)",
        "hashlib.md5(secret)",
        "from random import choice",
        "mark_safe(text)",
    ],
)
def test_each_would_be_seen(source: str) -> None:
    assert found_in(source) != []


# Text is put into a page as text; nothing is kept beyond the tab, and nobody else is listened to.
IN_SCRIPTS = re.compile(
    r"\.(?:inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function"
    r"|localStorage|indexedDB|document\.cookie|postMessage|[\"']message[\"']"
)


def test_scripts_put_text_in_as_text() -> None:
    scripts = sorted((ROOT / "static").glob("*.js"))

    assert len(scripts) >= 5
    assert [path.name for path in scripts if IN_SCRIPTS.search(path.read_text())] == []
    assert IN_SCRIPTS.search("row.innerHTML = text")


# Authenticated ciphers alone: AES-GCM, and AES-CBC with HMAC as Fernet puts them together.
CIPHERS = {"AESGCM", "Fernet", "MultiFernet", "InvalidTag", "InvalidToken"}


def ciphers_in(source: str) -> set[str]:
    """What `source` takes from a library of ciphers."""
    taken: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                if module.split(".")[0] in {"cryptography", "Crypto", "Cryptodome", "nacl"}:
                    taken |= {one.name for one in names}
            case ast.Import(names=names):
                roots = {one.name.split(".")[0] for one in names}
                taken |= roots & {"cryptography", "Crypto", "Cryptodome", "nacl"}
            case _:
                continue
    return taken


def test_only_ciphers_that_notice_a_change() -> None:
    files = [file for app in APPS for file in (ROOT / app).rglob("*.py")]
    taken = {name for file in files for name in ciphers_in(file.read_text())}

    assert {"AESGCM", "Fernet"} <= taken <= CIPHERS
    assert {len(key) for key in vault._keys()} == {32}  # AES with 256 bits
    seen = ciphers_in("from cryptography.hazmat.primitives.ciphers import modes\nimport Crypto")
    assert seen - CIPHERS == {"modes", "Crypto"}


# A name from outside as the name of a field: how a script is led to an object's prototype.
MERGES = re.compile(
    r"__proto__|setPrototypeOf|Object\.assign|Object\.fromEntries|structuredClone"
    r"|\.prototype\b|\[[A-Za-z_.]+\]\s*=[^=>]"
)


def test_no_script_takes_names_of_fields_from_outside() -> None:
    scripts = {file.name: file.read_text() for file in (ROOT / "static").glob("*.js")}
    found = {name: MERGES.findall(text) for name, text in scripts.items()}
    assert len(found) > 3
    assert not any(found.values()), found
    for merged in ("into[key] = from[key];", "Object.assign(known, said);", "a.__proto__.b = 1"):
        assert MERGES.search(merged)
