"""Where the programme office gives people their roles."""

from django.urls import path

from accounts.views import invitation, people

app_name = "people"
urlpatterns = [
    path("", people.people, name="people"),
    path("export/", people.export, name="export"),
    path("invite/", invitation.invite, name="invite"),
    path("invitations/", invitation.open_invitations, name="invitations"),
    path("invitations/<int:pk>/resend/", invitation.resend, name="resend"),
    path("invitations/<int:pk>/revoke/", invitation.revoke, name="revoke"),
    path("roles/<int:pk>/", people.membership, name="membership"),
    path("roles/<int:pk>/end/", people.end, name="end"),
    path("<int:pk>/", people.person, name="person"),
    path("<int:pk>/give/", people.give, name="give"),
    path("<int:pk>/close/", people.close, name="close"),
    path("<int:pk>/reopen/", people.reopen, name="reopen"),
]
