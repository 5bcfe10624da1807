from django.urls import path

from paperwork.views import verify

app_name = "verify"
urlpatterns = [
    path("", verify.start, name="start"),
    path("<str:code>/", verify.document, name="document"),
]
