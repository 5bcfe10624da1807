"""What happens around one case with people outside: its Board, its host, its agreement."""

from django.urls import path

from enrolments.views import agreement, asking, placing

app_name = "case"
urlpatterns = [
    path("<str:reference>/board/ask/", asking.ask, name="ask-board"),
    path("<str:reference>/board/revoke/", asking.revoke, name="revoke-board"),
    path("<str:reference>/host-answer/", placing.host_answer, name="host-answer"),
    path("<str:reference>/agreement/", agreement.agreement, name="agreement"),
    path("<str:reference>/agreement/signed/", agreement.sign, name="sign-agreement"),
    path("<str:reference>/agreement/renew/", agreement.renew, name="renew-agreement"),
    path("<str:reference>/documents/<uuid:pk>/", agreement.document, name="document"),
]
