"""All addresses. Unprefixed ones are Italian, /en/ ones English; the list in docs/architecture.md is a contract."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from portal import views

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", views.health, name="health"),
    path("metrics", views.metrics_page, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path("webhooks/mail/", include("notifications.providers.urls")),  # without a language: machines call it
]
localised: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("me/", views.me, name="me"),
    path("manage/", views.manage, name="manage"),
    path("manage/organisations/", include("organisations.urls")),
    path("manage/events/", include("events.manage_urls")),
    path("manage/events/<slug:slug>/addresses/", include("events.attribution.urls")),
    path("manage/events/<slug:slug>/clone/", include("events.cloning.urls")),
    path("manage/events/<slug:slug>/exports/", include("events.exports.urls")),
    path("manage/events/<slug:slug>/figures/", include("events.figures.urls")),
    path("manage/events/<slug:slug>/log/", include("events.log.urls")),
    path("manage/events/<slug:slug>/timeline/", include("events.timeline.urls")),
    path("manage/events/<slug:slug>/questions/", include("events.questions.urls")),
    path("manage/events/<slug:slug>/attendance/", include("events.attendance.urls")),
    path("manage/events/<slug:slug>/check-in/", include("events.checkin.urls")),
    path("manage/events/<slug:slug>/reminders/", include("notifications.reminders.urls")),
    path("manage/events/<slug:slug>/posts/", include("notifications.channels.urls")),
    path("manage/meeting-point/", include("events.meeting_point.manage_urls")),
    path("manage/agreements/<slug:slug>/amendments/", include("agreements.amending.manage_urls")),
    path("manage/agreements/<slug:slug>/review/", include("agreements.discussing.manage_urls")),
    path("manage/agreements/", include("agreements.manage_urls")),
    path("manage/audiences/", include("notifications.audiences.urls")),
    path("manage/kept/", include("notifications.kept.urls")),
    path("manage/webhooks/", include("notifications.webhooks.urls")),
    path("manage/", include("notifications.manage_urls")),
    path("events/", include("events.urls")),
    path("calendar.ics", include("events.feed_urls")),
    path("registrations/", include("events.registration_urls")),
    path("certificates/", include("events.attendance.certificate_urls")),
    path("passes/", include("events.checkin.pass_urls")),
    path("attendees/", include("events.attendee_urls")),
    path("meeting-point/", include("events.meeting_point.urls")),
    path("agreements/<slug:slug>/review/", include("agreements.amending.urls")),
    path("agreements/<slug:slug>/review/", include("agreements.discussing.urls")),
    path("agreements/", include("agreements.urls")),
    path("", include("notifications.urls")),
    path("", include("notifications.calendars.urls")),
    path("accounts/", include("portal.account_urls")),
    path("accessibilita/", login_not_required(RedirectView.as_view(pattern_name="accessibility"))),
    path("admin/", admin.site.urls),
]
if settings.MAILBOX_ENABLED:
    localised.append(path("mailbox/", include("notifications.mailbox.urls")))
urlpatterns += i18n_patterns(*localised, prefix_default_language=False)
