"""What the portal tells people about their own data."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from paperwork import background
from paperwork.registry import NoticeKind, register_notices
from privacy.models import DataCopy

register_notices(
    NoticeKind(
        "privacy.copy_ready",
        _("The copy of your data is ready"),
        "privacy/notices/copy_ready",
        always=True,
        why=_("You get this because you asked for a copy of your data."),
    ),
    NoticeKind(
        "privacy.will_be_deleted",
        _("What will be deleted because its time is over"),
        "privacy/notices/will_be_deleted",
        roles=(Role.OFFICE,),
        why=_("You get this because you are of the programme office."),
    ),
)
background.register(
    background.Work(
        "copies",
        _("Copies of people’s own data"),
        DataCopy,
        "privacy.tasks.make_copy",
        rows=DataCopy.objects.for_background_work,
        labels=lambda _kind: _("All of one’s own data in one download"),
    )
)
