"""The notices and documents of results of our own courses; texts in templates/grades/notices/."""

from accounts.models import STUDENT, Role
from courses.wording import gettext_lazy as _
from paperwork.registry import DocumentKind, NoticeKind, register_documents, register_notices

register_notices(
    NoticeKind(
        "grades.own_result",
        _("Your result of a course of {university}"),
        "grades/notices/own_result",
        roles=(STUDENT,),
        always=True,
    ),
    NoticeKind(
        "grades.records_sent",
        _("A transcript of records of your student"),
        "grades/notices/records_sent",
        roles=(Role.PARTNER,),
        always=True,
    ),
    NoticeKind(
        "grades.records_to_send",
        _("A transcript of records to send to a home university"),
        "grades/notices/records_to_send",
        roles=(Role.OFFICE,),
    ),
    NoticeKind(
        "grades.results_to_confirm",
        _("Results of our own courses to confirm"),
        "grades/notices/results_to_confirm",
        roles=(Role.OFFICE,),
    ),
    NoticeKind(
        "grades.result_sent_back",
        _("A result that you entered has come back"),
        "grades/notices/result_sent_back",
        roles=(Role.OFFICE,),
    ),
)
register_documents(DocumentKind("records", _("Transcript of records"), "grades/documents/records"))
