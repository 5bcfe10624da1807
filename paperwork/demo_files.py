"""The demo's files: one of its students sent two, and a coordinator opened one of them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.demo import DOMAIN
from accounts.models import STUDENT, Role, User
from paperwork.models import Attachment, subject_of
from paperwork.services.events import record
from paperwork.services.files import keep

PURPOSE = "earlier_education"
WORDS = (
    "Universiteit Leiden",
    "Faculteit der Geesteswetenschappen",
    "",
    "Verklaring",
    "Sanne de Vries volgde het eerste en tweede jaar",
    "van de bachelor Geschiedenis.",
    "",
    "Dit is een voorbeeld voor de demo.",
)


def make_files() -> None:
    """Give the student her files, once."""
    student = User.objects.filter(email=f"{STUDENT}@{DOMAIN}").first()
    coordinator = User.objects.filter(email=f"coordinator-fgw@{DOMAIN}").first()
    if not student or not coordinator or Attachment.objects.filter(given_by=student).exists():
        return
    letter, _photo = (
        keep(SimpleUploadedFile(name, content), purpose=PURPOSE, by=student)
        for name, content in (("verklaring.pdf", pdf_of(WORDS)), ("diploma.jpg", _photograph()))
    )
    earlier = timezone.now() - timedelta(hours=3)
    record(letter, "opened", by=coordinator, role=Role.COORDINATOR, at=earlier)
    # Given its case here, and not by `keep`: no worker runs yet that could be told.
    kind, pk = subject_of(student.student)
    Attachment.objects.filter(given_by=student).update(
        subject_kind=kind, subject_id=pk, given_at=timezone.now() - timedelta(days=2)
    )


def pdf_of(words: Iterable[str]) -> bytes:
    """A page of text, written by hand: a document of the demo needs no program to make it."""
    lines = "\n".join(f"({line}) Tj T*" for line in words)
    drawing = f"BT /F1 16 Tf 24 TL 72 740 Td {lines} ET"
    parts = (
        "<</Type/Catalog/Pages 2 0 R/Lang(nl)>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(drawing)}>>\nstream\n{drawing}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, places = "%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer\n<</Size {len(parts) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return f"{out}xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def _photograph() -> bytes:
    paper = Image.new("RGB", (900, 1200), "#d9d4c7")
    pen = ImageDraw.Draw(paper)
    pen.rectangle((90, 110, 810, 1090), fill="#fbfaf6", outline="#8b8577", width=4)
    pen.text((160, 200), "Diploma", fill="#1c1c1c", font_size=80)
    pen.text((160, 340), "Voorbeeld voor de demo", fill="#1c1c1c", font_size=42)
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=85)
    return out.getvalue()
