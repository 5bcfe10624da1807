"""Where somebody who was invited takes the invitation up."""

from django.urls import path

from accounts.views import invitation

app_name = "invitation"
urlpatterns = [path("<str:token>/", invitation.accept, name="accept")]
