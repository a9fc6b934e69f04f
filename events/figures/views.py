"""The figures of an event for organisers: as they are, on paper, and what becomes public of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import papers
from events.figures import people, services, sheets, telling
from events.figures.forms import WithdrawForm
from events.figures.papers import report_page
from events.figures.published import Publication
from events.manage_views import require_events
from events.models import Event
from organisations.access import signed_in
from organisations.suppression import threshold


@require_safe
@never_cache
@require_events
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Every table with its plot; what is published."""
    now = timezone.now()
    event = get_object_or_404(Event.objects.select_related("cloned_from"), slug=slug)
    editions = list(event.figures_editions.select_related("published_by", "withdrawal__by").order_by("-edition"))
    context = sheets.of_event(event, now) | {
        "event": event, "editions": editions, "may_publish": services.may_publish(event, now),
        "is_published": bool(editions) and not hasattr(editions[0], "withdrawal"), "smallest": threshold(),
    }  # fmt: skip
    return render(request, "events/figures/index.html", context)


@require_safe
@require_events
def report_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The same on paper, for the report."""
    event = get_object_or_404(Event.objects.select_related("cloned_from"), slug=slug)
    return papers.answered(report_page(event, timezone.now()), f"{event.slug}-figures")


@require_safe
@never_cache
@require_events
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """What everybody would read, before it is published."""
    event = get_object_or_404(Event, slug=slug)
    context: dict[str, object] = {"event": event, "may_publish": services.may_publish(event, timezone.now()),
                                  "smallest": threshold()}  # fmt: skip
    try:
        content = telling.told(people.guests(people.of_event(event)), smallest=threshold())
    except telling.TooFew:
        context["is_too_small"] = True
    else:
        context["publication"] = Publication(event, content)
    return render(request, "events/figures/preview.html", context)


@require_POST
@require_events
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Freeze the figures and let everybody read them."""
    event = get_object_or_404(Event, slug=slug)
    try:
        edition = services.publish(event=event, by=signed_in(request))
    except services.NotOver:
        messages.error(request, _("Figures can be published once the event is over."))
    except services.TooFew:
        messages.error(request, _("So few people held a place that nothing can be told of them."))
    except services.GivesAway as error:
        words = _(
            "Too little has changed since edition %(number)s: whoever subtracts the numbers would find single people. "
            "What is published stays as it is."
        )
        messages.error(request, words % {"number": error.edition})
    else:
        words = _("Edition %(number)s of the figures is published.")
        messages.success(request, words % {"number": edition.edition})
    return redirect("manage_figures:index", slug)


@never_cache
@require_events
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the published figures no more, with the reason."""
    event = get_object_or_404(Event, slug=slug)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(event=event, reason=form.cleaned_data["reason"], by=signed_in(request))
        except services.NotPublished:
            messages.error(request, _("Nothing is published at the moment."))
        else:
            messages.success(request, _("The figures are withdrawn."))
        return redirect("manage_figures:index", slug)
    context = {"event": event, "form": form}
    return render(request, "events/figures/withdraw.html", context, status=422 if form.errors else 200)
