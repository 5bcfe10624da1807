"""Two kinds of notice, by what a second mail would do."""

from paperwork.registry import NoticeKind, Twice, register_notices

register_notices(
    NoticeKind("resend", "resend", "paperwork/notices/test", Twice.RESEND),
    NoticeKind("hold", "hold", "paperwork/notices/test", Twice.HOLD),
)
