"""What happens around one case with people outside: its Board, its host, its agreement."""

from django.urls import path

from enrolments.views import agreement, asking, placing

app_name = "case"
urlpatterns = [
    path("<ref:reference>/board/ask/", asking.ask, name="ask-board"),
    path("<ref:reference>/board/revoke/", asking.revoke, name="revoke-board"),
    path("<ref:reference>/host-answer/", placing.host_answer, name="host-answer"),
    path("<ref:reference>/host-told/", placing.host_told, name="host-told"),
    path("<ref:reference>/home-answer/", placing.home_answer, name="home-answer"),
    path("<ref:reference>/agreement/", agreement.agreement, name="agreement"),
    path("<ref:reference>/agreement/signed/", agreement.sign, name="sign-agreement"),
    path("<ref:reference>/agreement/renew/", agreement.renew, name="renew-agreement"),
    path("<ref:reference>/documents/<uuid:pk>/", agreement.document, name="document"),
]
