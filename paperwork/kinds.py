"""The notices and documents that the portal owes about its own working."""

from django.utils.translation import gettext_lazy as _

from paperwork.registry import DocumentKind, NoticeKind, register_documents, register_notices

register_notices(NoticeKind("test", _("Test message"), "paperwork/notices/test"))
register_documents(
    DocumentKind("letter", _("Letter"), "paperwork/documents/letter"),
    DocumentKind("form", _("Form"), "paperwork/documents/form"),
)
