"""A person's own files, below /account/files/."""

from django.urls import path

from paperwork.views import files

app_name = "files"
urlpatterns = [
    path("", files.files, name="files"),
    path("<uuid:pk>/", files.file, name="file"),
    path("<uuid:pk>/pages/<int:number>/", files.page, name="page"),
    path("<uuid:pk>/download/", files.download, name="download"),
]
