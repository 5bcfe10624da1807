"""Addresses of who arranges exams: /exams/."""

from django.urls import path

from exams.views import facilities, fixing, home, invigilators, rooms, slots, weeks

app_name = "exams"
urlpatterns = [
    path("", home.home, name="home"),
    path("fixed/", fixing.exams, name="exams"),
    path("fixed/<int:pk>/<int:attempt>/", fixing.exam, name="exam"),
    path("fixed/<int:pk>/<int:attempt>/fix/", fixing.fix, name="fix"),
    path("fixed/<int:pk>/<int:attempt>/ask/", fixing.ask, name="ask"),
    path("fixed/<int:pk>/<int:attempt>/slots/", slots.slots, name="slots"),
    path("fixed/<int:pk>/<int:attempt>/slots/tell/", slots.tell, name="tell-slots"),
    path("fixed/slots/<int:pk>/take-back/", slots.take_back, name="take-back-slot"),
    path("facilities/", facilities.queue, name="facilities"),
    path("facilities/seats/", facilities.misfits, name="misfits"),
    path("facilities/<int:pk>/", facilities.facility, name="facility"),
    path("facilities/<int:pk>/<uuid:file>/", facilities.download, name="facility-file"),
    path("facilities/<int:pk>/<uuid:file>/<int:number>/", facilities.page, name="facility-page"),
    path("rooms/", rooms.rooms, name="rooms"),
    path("rooms/<int:pk>/", rooms.room, name="room"),
    path("rooms/<int:pk>/close/", rooms.close, name="close-room"),
    path("rooms/<int:pk>/delete/", rooms.delete_room, name="delete-room"),
    path("rooms/closures/<int:pk>/end/", rooms.reopen, name="reopen-room"),
    path("buildings/new/", rooms.new_building, name="new-building"),
    path("buildings/<int:pk>/", rooms.building, name="building"),
    path("buildings/<int:pk>/delete/", rooms.delete_building, name="delete-building"),
    path("buildings/<int:pk>/rooms/new/", rooms.new_room, name="new-room"),
    path("weeks/", weeks.weeks, name="weeks"),
    path("weeks/<int:pk>/remove/", weeks.remove_week, name="remove-week"),
    path("invigilators/", invigilators.invigilators, name="invigilators"),
    path("invigilators/new/", invigilators.new_invigilator, name="new-invigilator"),
    path("invigilators/<int:pk>/", invigilators.invigilator, name="invigilator"),
    path("invigilators/<int:pk>/hours/", invigilators.add_hours, name="add-hours"),
    path(
        "invigilators/<int:pk>/delete/", invigilators.delete_invigilator, name="delete-invigilator"
    ),
    path("invigilators/hours/<int:pk>/remove/", invigilators.remove_hours, name="remove-hours"),
]
