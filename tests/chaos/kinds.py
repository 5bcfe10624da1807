"""Two kinds of notice, by what a second mail would do, and the change that causes them."""

from paperwork.registry import NoticeKind, Twice, register_events, register_notices

register_notices(
    NoticeKind("resend", "resend", "paperwork/notices/test", Twice.RESEND),
    NoticeKind("hold", "hold", "paperwork/notices/test", Twice.HOLD),
)
register_events("accounts.user", {"changed": "changed"})
