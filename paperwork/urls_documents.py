"""Where the programme office sees the documents that the portal makes."""

from django.urls import path

from paperwork.views import documents

app_name = "documents"
urlpatterns = [
    path("", documents.documents, name="documents"),
    path("test/", documents.test_document, name="test"),
    path("<uuid:pk>/", documents.document, name="document"),
    path("<uuid:pk>/open/", documents.open_document, name="open"),
    path("<uuid:pk>/again/", documents.again, name="again"),
    path("<uuid:pk>/retry/", documents.retry, name="retry"),
    path("<uuid:pk>/withdraw/", documents.withdraw_document, name="withdraw"),
]
