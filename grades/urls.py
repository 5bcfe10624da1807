"""A student's transcript: /exchange/<reference>/transcript/."""

from django.urls import path

from grades.views import example, student

app_name = "transcript"
urlpatterns = [
    path("<ref:reference>/transcript/", student.upload, name="upload"),
    path("<ref:reference>/transcript/sent/", student.sent, name="sent"),
    path("<ref:reference>/transcript/example/", example.example, name="example"),
    path("<ref:reference>/transcript/files/<uuid:pk>/", student.download, name="download"),
    path(
        "<ref:reference>/transcript/files/<uuid:pk>/pages/<int:number>/",
        student.page,
        name="page",
    ),
]
