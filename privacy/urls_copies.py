from django.urls import path

from privacy.views import copies

app_name = "own-copies"
urlpatterns = [
    path("", copies.copies, name="copies"),
    path("new/", copies.new, name="new"),
    path("<uuid:pk>/", copies.download, name="download"),
]
