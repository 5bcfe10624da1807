"""The notices that the portal owes about its own working."""

from django.utils.translation import gettext_lazy as _

from paperwork.registry import NoticeKind, register_notices

register_notices(NoticeKind("test", _("Test message"), "paperwork/notices/test"))
