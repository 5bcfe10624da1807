"""Why a file is not taken: a sentence that says what to do, for each reason."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class FileRefusedError(Exception):
    """The file is not taken; the message is the sentence that its giver reads."""

    def __init__(self, said: str, code: str = "refused") -> None:
        super().__init__(said)
        self.code = code


NOT_KNOWN = gettext_lazy("This is not a PDF, a JPEG or a PNG. Save it as a PDF and send that.")
NOT_PDF = gettext_lazy("This is not a PDF. Save or print it as a PDF and send that.")
DAMAGED = gettext_lazy("The PDF is damaged or not complete. Save it anew as a PDF and send that.")
REASONS: dict[str, str | Promise] = {
    "empty": gettext_lazy("The file is empty. Choose another one."),
    "too_large": gettext_lazy(
        "The file is larger than 10 MB. Make it smaller, for example by scanning in black and "
        "white or at 150 dots per inch."
    ),
    "not_pdf": NOT_PDF,
    "not_known": NOT_KNOWN,
    "photo": gettext_lazy(
        "This is a photograph, and here we need a PDF. Scan the paper with your phone, and save "
        "the scan as a PDF."
    ),
    "damaged": DAMAGED,
    "encrypted": gettext_lazy(
        "The PDF is protected with a password. Save it without a password and send that."
    ),
    "active": gettext_lazy(
        "The PDF can do more than be read: it has a script, another file or an unusual link in "
        "it. Print it to a new PDF and send that."
    ),
    "too_many_pages": gettext_lazy(
        "The PDF has more than 40 pages. Send only the pages that matter."
    ),
    "too_complex": gettext_lazy(
        "The file is too complex for us to read. Print it to a new PDF and send that."
    ),
    "too_slow": gettext_lazy(
        "The portal is busy and could not look at the file in time. Send it again in a minute."
    ),
    "virus": gettext_lazy(
        "The virus scanner found something harmful in this file, so it was not taken. Check your "
        "device for viruses, make the file anew, on another device if you can, and send that. If "
        "that is refused too, write to us."
    ),
    "not_scanned": gettext_lazy(
        "This file could not be checked for viruses just now, so it was not taken. Send it again "
        "in a few minutes; what you typed is still here."
    ),
    "too_large_to_scan": gettext_lazy(
        "The file is too large for the virus scanner, so it was not taken. Make it smaller, for "
        "example by scanning in black and white or at 150 dots per inch."
    ),
    "photo_damaged": gettext_lazy(
        "The photograph is damaged or not complete. Take it again, or save it anew."
    ),
    "photo_too_large": gettext_lazy(
        "The photograph has more than 64 million pixels. Send a smaller one."
    ),
    "logo_unknown": gettext_lazy("This is not a PNG or a WebP. Save the logo as a PNG."),
    "logo_too_large": gettext_lazy("The logo has more than 16 million pixels. Make it smaller."),
    "logo_empty": gettext_lazy("Nothing can be seen in this picture."),
    "gone": gettext_lazy("The file that you chose earlier is no longer here. Choose it again."),
}


def refused(code: str) -> FileRefusedError:
    """The refusal for the reason `code`, in the reader's language."""
    return FileRefusedError(str(REASONS.get(code, DAMAGED)), code)


def too_many_today(most: int, *, by_one: bool) -> FileRefusedError:
    """The refusal of one file more than one person, or several for one thing, may give in a day."""
    if by_one:
        said = _(
            "You have sent %(most)d files in the last 24 hours, the most we take. "
            "Try again tomorrow."
        )
    else:
        said = _(
            "In the last 24 hours %(most)d files have come here, the most we take. "
            "Try again tomorrow, or write to us."
        )
    return FileRefusedError(said % {"most": most})


def too_much_in_all(most: int, *, by_one: bool) -> FileRefusedError:
    """The refusal of what would make the files of one person or thing too many bytes together."""
    if by_one:
        said = _(
            "With this one your files would be larger than %(megabytes)d MB together, which is the "
            "most. Send a smaller one, or write to us."
        )
    else:
        said = _(
            "With this one the files that came here would be larger than %(megabytes)d MB "
            "together, which is the most. Send a smaller one, or write to us."
        )
    return FileRefusedError(said % {"megabytes": most // (1024 * 1024)})
