"""Genuine PDFs, made by the programs that people use; and one that is signed."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)
from PIL import Image

from tests.paperwork.files.samples import pdf, photo, plain, saved


@cache
def weasyprint() -> bytes:
    from weasyprint import HTML

    page = "<h1>Toestemming</h1><p>Tekst met <a href='https://www.example.org/'>een link</a>."
    made = HTML(string=page).write_pdf()
    assert isinstance(made, bytes)
    return made


@cache
def ghostscript() -> bytes:
    drawing = "/Helvetica findfont 20 scalefont setfont 72 700 moveto (Transcript) show showpage"
    return _run("gs", "-q", "-sDEVICE=pdfwrite", "-o", "{out}", "-c", drawing)


@cache
def cairo() -> bytes:
    return _run("pdftocairo", "-pdf", "{in}", "{out}", source=ghostscript())


@cache
def qpdf_linearized() -> bytes:
    """As for the web: linearized, its objects in streams."""
    return _run(
        "qpdf", "--linearize", "--object-streams=generate", "{in}", "{out}", source=plain(3)
    )


def scanner() -> bytes:
    """A photograph on each page, as the scan button of a phone makes it."""
    out = io.BytesIO()
    page = Image.effect_noise((620, 877), 40).convert("RGB")
    page.save(out, "PDF", save_all=True, append_images=[page], resolution=75)
    return out.getvalue()


def latex_like() -> bytes:
    """TeX and LibreOffice write on which page to begin: as an action, or as a place."""
    made = pdf(2)
    made.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.GoTo, D=pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])
    )
    return saved(made)


def libreoffice_like() -> bytes:
    made = pdf(2)
    place = [made.pages[0].obj, pikepdf.Name.XYZ, None, None, 0]
    made.Root.OpenAction = pikepdf.Array(place)  # type: ignore[arg-type]
    return saved(made)


def with_blank_tail() -> bytes:
    return plain().rstrip() + b"\r\n\r\n  \x00\n"


def incremental() -> bytes:
    """Changed after it was saved: the new parts follow the old ones."""
    return _updated(weasyprint(), lambda number: b"", entries=b"/Lang(nl)")


@cache
def signed() -> bytes:
    """Signed with a certificate of our own, in an incremental update (PAdES-like, detached)."""
    room = 8192  # bytes of the signature, in hexadecimal digits twice that

    def signature(number: int) -> bytes:
        return (
            b"%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached"
            b"/ByteRange[0 0000000000 0000000000 0000000000]/M(D:20260901120000Z)"
            b"/Contents<%s>>>\nendobj\n%d 0 obj\n<</Type/Annot/Subtype/Widget/FT/Sig/T(Board)"
            b"/V %d 0 R/F 132/Rect[0 0 0 0]>>\nendobj\n"
        ) % (number, b"0" * room * 2, number + 1, number)

    form = b"/AcroForm<</SigFlags 3/Fields[%d 0 R]>>"
    made = bytearray(_updated(weasyprint(), signature, entries=form))
    start = made.index(b"/Contents<") + len(b"/Contents<") - 1
    end = start + room * 2 + 2
    covered = b"/ByteRange[0 %010d %010d %010d]" % (start, end, len(made) - end)
    place = made.index(b"/ByteRange[")
    made[place : place + len(covered)] = covered
    digits = _signature_of(bytes(made[:start] + made[end:])).hex().encode()
    made[start + 1 : start + 1 + len(digits)] = digits
    return bytes(made)


GENUINE: dict[str, Callable[[], bytes]] = {
    "by hand": plain,
    "40 pages": lambda: plain(40),
    "WeasyPrint": weasyprint,
    "Ghostscript": ghostscript,
    "cairo": cairo,
    "linearized": qpdf_linearized,
    "scanner": scanner,
    "begins on a page, as TeX writes": latex_like,
    "begins on a page, as LibreOffice writes": libreoffice_like,
    "blank tail": with_blank_tail,
    "incremental update": incremental,
    "signed": signed,
}

PHOTOS: dict[str, Callable[[], bytes]] = {
    "JPEG": photo,
    "progressive JPEG": lambda: photo(progressive=True),
    "PNG": lambda: photo("PNG"),
    "transparent PNG": lambda: _transparent(),
}


def _transparent() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (200, 30, 30, 0)).save(out, "PNG")
    return out.getvalue()


def _run(*command: str, source: bytes = b"") -> bytes:
    with TemporaryDirectory() as folder:
        places = {"in": f"{folder}/in.pdf", "out": f"{folder}/out.pdf"}
        Path(places["in"]).write_bytes(source)
        words = [word.format(**places) if word.startswith("{") else word for word in command]
        subprocess.run(words, check=True, capture_output=True, timeout=60)
        return Path(places["out"]).read_bytes()


def _updated(old: bytes, objects: Callable[[int], bytes], *, entries: bytes) -> bytes:
    """`old` with `objects` and `entries` in its catalogue, by a second table after its end."""
    with pikepdf.open(io.BytesIO(old)) as read:
        catalogue = read.Root.objgen[0]
        size = int(read.trailer.Size)
        body = read.Root.unparse(resolved=True)
    new = objects(size)
    entries = entries % (size + 1) if b"%d" in entries else entries
    body = body.rstrip()[:-2] + entries + b">>"
    out = old.rstrip() + b"\n"
    offsets = {catalogue: len(out)}
    out += b"%d 0 obj\n%s\nendobj\n" % (catalogue, body)
    for found in re.finditer(rb"(\d+) 0 obj\n", new):
        offsets[int(found[1])] = len(out) + found.start()
    out += new
    table = b"".join(
        b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(offsets.items())
    )
    before = int(re.findall(rb"startxref\s+(\d+)", old)[-1])
    start = len(out)
    trailer = b"<</Size %d/Root %d 0 R/Prev %d>>" % (max(size - 1, *offsets) + 1, catalogue, before)
    return out + b"xref\n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (table, trailer, start)


def _signature_of(data: bytes) -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Board of Examiners")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    builder = PKCS7SignatureBuilder().set_data(data).add_signer(certificate, key, hashes.SHA256())
    options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary]
    return builder.sign(serialization.Encoding.DER, options)
