"""What we call the files that people give us."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 120  # characters
SUFFIXES = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
OTHER_SUFFIXES = {"image/jpeg": (".jpg", ".jpeg")}


def tidy_name(name: str, content_type: str) -> str:
    """What we call the file: as its giver did, with nothing in it that could mislead.

    NFC, at most 120 characters; no control, direction or other invisible characters, no path; the
    ending that belongs to what it is.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    # Cc, Cf, Cs, Co and Cn are invisible, Zl and Zp break lines.
    seen = "".join(
        "" if unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp") else c
        for c in name
    )
    seen = " ".join(seen.split()).rstrip(". ")
    suffix = SUFFIXES[content_type]
    for known in OTHER_SUFFIXES.get(content_type, (suffix,)):
        if seen.lower().endswith(known):
            seen, suffix = seen[: -len(known)], known
            break
    return f"{seen[: LONGEST_NAME - len(suffix)].strip('. ') or 'file'}{suffix}"
