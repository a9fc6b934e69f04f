"""Public addresses of events."""

from django.urls import path

from events import output_views as outputs
from events import register_views, screen_views, views
from events.figures import public_views as figures

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/register/", register_views.register, name="register"),
    path("<slug:slug>/register/opened/", register_views.opened, name="opened"),
    path("<slug:slug>/invitation/send/", register_views.request_invitation, name="request_invitation"),
    path("<slug:slug>/lost-link/", register_views.lost_link, name="lost_link"),
    path("<slug:slug>/lost-link/send/", register_views.request_link, name="request_link"),
    path("<slug:slug>/calendar.ics", views.event_calendar, name="calendar"),
    path("<slug:slug>/agenda.ics", outputs.agenda_calendar, name="agenda_calendar"),
    path("<slug:slug>/sessions/<uuid:key>.ics", outputs.session_calendar, name="session_calendar"),
    path("<slug:slug>/agenda.pdf", outputs.agenda_pdf, name="agenda_pdf"),
    path("<slug:slug>/agenda.json", outputs.agenda_json, name="agenda_json"),
    path("<slug:slug>/schedule.xml", outputs.schedule_xml, name="schedule_xml"),
    path("<slug:slug>/figures/", figures.page, name="figures"),
    path("<slug:slug>/figures.csv", figures.csv_file, name="figures_csv"),
    path("<slug:slug>/figures.json", figures.json_file, name="figures_json"),
    path("<slug:slug>/embed/", outputs.embed, name="embed"),
    path("<slug:slug>/screen/", screen_views.screen, name="screen"),
    path("<slug:slug>/screen/<int:room>/", screen_views.screen, name="room_screen"),
    path("<slug:slug>/screen/state.json", screen_views.screen_state, name="screen_state"),
    path("<slug:slug>/screen/worker.js", screen_views.screen_worker, name="screen_worker"),
]
