"""Organisers' pages of segments: whom they mean, in words and one by one; and the first page of all audiences."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notifications.access import require_campaigns
from notifications.audiences import overview, services, uses
from notifications.audiences.definitions import UnknownSource, definition_of, forms_for, in_words, sentence
from notifications.audiences.forms import IN, OUT, NameForm, PeopleForm
from notifications.audiences.judging import Candidate, Total, candidates, totals
from notifications.audiences.sources import SOURCES
from notifications.models import Campaign
from notifications.models.audiences import ContactUpload, Segment
from organisations.access import signed_in

PAGE = 100


@dataclass(frozen=True, slots=True)
class People:
    """Everybody a segment names now, and how many of them are in."""

    everybody: list[Candidate]
    totals: list[Total]

    @property
    def count(self) -> int:
        """How many would be written to."""
        return self.totals[0].count

    @property
    def out(self) -> int:
        """How many would not."""
        return len(self.everybody) - self.count


@never_cache
@require_safe
@require_campaigns
def index(request: HttpRequest) -> HttpResponse:
    """Segments and contact lists in words, and what waits for a decision."""
    found = uses.now()
    context = {
        "segments": overview.segment_lines(found),
        "lists": overview.list_lines(found),
        "waiting": ContactUpload.objects.waiting().without_content().order_by("-uploaded_at", "pk"),
    }
    return render(request, "notifications/audience_index.html", context)


@require_campaigns
def segment_new(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST or None, model=Segment)
    if request.method == "POST" and form.is_valid():
        segment = services.save_segment(
            name=form.cleaned_data["name"], definition=definition_of(), by=signed_in(request)
        )
        return redirect("manage_audiences:segment_detail", segment.pk)
    context = {"form": form}
    return render(request, "notifications/segment_name.html", context, status=422 if form.errors else 200)


@require_campaigns
def segment_rename(request: HttpRequest, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk)
    form = NameForm(request.POST or None, model=Segment, instance=segment)
    if request.method == "POST" and form.is_valid():
        services.rename_segment(segment=segment, name=form.cleaned_data["name"], by=signed_in(request))
        messages.success(request, _("The name was changed."))
        return redirect("manage_audiences:segment_detail", pk)
    context = {"form": form, "segment": segment}
    return render(request, "notifications/segment_name.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@require_campaigns
def segment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Its sources, and everybody they name now. htmx asks for the count alone."""
    segment = get_object_or_404(Segment, pk=pk)
    people = _people(segment)
    if request.headers.get("HX-Request"):
        return render(request, "notifications/segment_detail.html#count", {"segment": segment, "people": people})
    form = PeopleForm(request.GET)
    query = request.GET.copy()
    query.pop("page", None)
    parts = in_words([segment.definition])[0]
    context = {
        "segment": segment,
        "sentence": sentence(parts),
        "parts": parts,
        "kinds": sorted(SOURCES.values(), key=lambda source: str(source.label)),
        "campaigns": _campaigns(segment),
        "people": people,
        "filter": form,
        "page": Paginator(_shown(people, form), PAGE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
    }
    return render(request, "notifications/segment_detail.html", context)


def _people(segment: Segment) -> People | None:
    """Nobody can be named while one source is unknown: passed over in silence, it would change the audience."""
    try:
        everybody = candidates(segment.definition)
    except UnknownSource:
        return None
    return People(everybody, totals(everybody))


def _campaigns(segment: Segment) -> list[tuple[Campaign, bool]]:
    """The campaigns that are not over, each with whether it keeps an earlier definition."""
    return [(each, uses.is_outdated(each, segment)) for each in uses.now().campaigns_with_segment(segment.pk)]


def _shown(people: People | None, form: PeopleForm) -> list[Candidate]:
    if people is None or not form.is_valid():
        return people.everybody if people else []
    wanted, reason = form.cleaned_data["q"].casefold(), form.cleaned_data["reason"]
    return [
        candidate
        for candidate in people.everybody
        if (not wanted or wanted in candidate.name.casefold() or wanted in candidate.address)
        and reason in ("", IN if candidate.is_in else OUT, candidate.counted_as or "")
    ]


@require_campaigns
def source_add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The form of one kind of source."""
    segment, source = get_object_or_404(Segment, pk=pk), SOURCES.get(kind)
    if source is None:
        raise Http404
    form = forms_for(request.POST if request.method == "POST" else None)[kind]
    if request.method == "POST" and form.is_valid():
        fields = {"kind": kind, **form.fields_as_json()}
        try:
            services.add_source(segment=segment, source=fields, by=signed_in(request))
        except services.Gone:
            messages.error(request, _("This segment is not there any more."))
            return redirect("manage_audiences:index")
        messages.success(request, _("The source was added. Below is who the segment names now."))
        return redirect("manage_audiences:segment_detail", pk)
    context = {"form": form, "segment": segment, "source": source}
    return render(request, "notifications/segment_source.html", context, status=422 if form.errors else 200)


@require_POST
@require_campaigns
def source_remove(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    try:
        services.remove_source(segment=get_object_or_404(Segment, pk=pk), key=key, by=signed_in(request))
    except services.Gone:
        messages.error(request, _("This segment is not there any more."))
        return redirect("manage_audiences:index")
    messages.success(request, _("The source was removed. Below is who the segment names now."))
    return redirect("manage_audiences:segment_detail", pk)


@require_campaigns
def segment_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """A question first (GET), the change by POST."""
    segment = get_object_or_404(Segment, pk=pk)
    if request.method == "POST":
        try:
            services.delete_segment(segment=segment, by=signed_in(request))
        except services.InUse:
            return redirect("manage_audiences:segment_delete", pk)  # the page says what needs it
        messages.success(request, _("The segment was deleted. Nobody was written to, and no address was removed."))
        return redirect("manage_audiences:index")
    context = {"segment": segment, "needing": uses.now().campaigns_with_segment(pk)}
    return render(request, "notifications/segment_delete.html", context)
