"""A partner university's exam papers, and who was there: /partner/exam-days/."""

from django.urls import path

from exams.views import partner_day

app_name = "partner-day"
urlpatterns = [
    path("", partner_day.exams, name="exams"),
    path("<int:pk>/", partner_day.exam, name="exam"),
    path("<int:pk>/confirm/", partner_day.confirm, name="confirm"),
    path("<int:pk>/answers/<uuid:file>/", partner_day.answers, name="answers"),
]
