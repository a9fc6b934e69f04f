"""Organisers' pages of an event's posts: the plan, one post, its result."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.models import Event
from notifications.access import require_campaigns
from notifications.channels import messengers, overview, services, texts
from notifications.channels.forms import PostForm, ResultForm
from notifications.models import ChannelPost
from organisations.access import signed_in

State = ChannelPost.State
PAGE = 50


@never_cache
@require_safe
@require_campaigns
def index(request: HttpRequest) -> HttpResponse:
    """The information campaign as a whole: every event with its posts."""
    events = Paginator(overview.events_and_their_posts(), PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/post_index.html", {"page": events})


@never_cache
@require_safe
@require_campaigns
def post_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The plan and what came of it."""
    event = get_object_or_404(Event, slug=slug)
    posts = overview.posts_of(event)
    kinds, plot = overview.by_kind(posts)
    came = overview.came_by(event)
    context = {
        "event": event,
        "posts": [(post, came.get(post.source.code, 0) if post.source else None) for post in posts],
        "kinds": kinds,
        "plot": plot,
    }
    return render(request, "notifications/post_list.html", context)


@never_cache
@require_safe
@require_campaigns
def posts_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a table to take along."""
    event = get_object_or_404(Event, slug=slug)
    response = HttpResponse(overview.as_csv(event), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-posts.csv"'
    return response


@require_campaigns
def new(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event, slug=slug)
    form = PostForm(request.POST if request.method == "POST" else None, event=event)
    if request.method == "POST" and form.is_valid():
        post = services.plan(event=event, by=signed_in(request), **form.post_fields())
        messages.success(request, _("Saved as a plan: nothing has left."))
        return redirect("manage_posts:detail", slug, post.key)
    context = {"event": event, "form": form}
    return render(request, "notifications/post_edit.html", context, status=422 if form.errors else 200)


@require_campaigns
def edit(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    post = _post(slug, key)
    if not post.is_draft:
        return _too_late(request, post)
    form = PostForm(request.POST if request.method == "POST" else None, event=post.event, post=post)
    if request.method == "POST" and form.is_valid():
        return _do(request, post, services.edit, _("The changes were saved."), **form.post_fields())
    context = {"event": post.event, "form": form, "post": post}
    return render(request, "notifications/post_edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@require_campaigns
def detail(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """One post as it leaves or was recorded, and what can be done about it."""
    post, now = _post(slug, key), timezone.now()
    text = texts.shown(post)
    is_news = services.is_news(post.event, now)
    context = {
        "event": post.event,
        "post": post,
        "text": text,
        "length": messengers.length(text),
        "longest": messengers.LONGEST,
        "address": texts.address_of(post),
        "tries": post.tries.all(),
        "is_over": post.event.is_over(now),
        "goes_at_once": post.due_at is None or post.due_at <= now,
        "may_be_scheduled": post.is_draft and post.leaves_by_itself and is_news,
        "may_be_recorded": (not post.leaves_by_itself and post.state in {State.DRAFT, State.RECORDED})
        or post.state == State.DELIVERED,
        "may_be_cancelled": post.state in {State.DRAFT, State.WAITING, *ChannelPost.UNDECIDED},
        "may_be_sent": post.state in ChannelPost.UNDECIDED and is_news,
    }
    return render(request, "notifications/post_detail.html", context)


@require_POST
@require_campaigns
def schedule(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    post = _post(slug, key)
    is_later = post.due_at is not None and post.due_at > timezone.now()
    done = _("It goes out by itself at its time.") if is_later else _("It goes out now.")
    try:
        return _do(request, post, services.schedule, done)
    except services.NoSuchMessenger:
        messages.error(request, _("This messenger is not set up any more: choose another channel."))
    except services.TooLong as too_long:
        said = _("The whole text has %(length)s characters; %(limit)s are the most.")
        messages.error(request, said % {"length": too_long.length, "limit": messengers.LONGEST})
    return _back(post)


@require_POST
@require_campaigns
def take_back(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    return _do(request, _post(slug, key), services.take_back, _("It is a plan again: nothing has left."))


@require_POST
@require_campaigns
def cancel(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    return _do(request, _post(slug, key), services.cancel, _("It will not be published."))


@require_POST
@require_campaigns
def send_again(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    return _do(request, _post(slug, key), services.send_again, _("It goes out now."))


@require_POST
@require_campaigns
def mark_published(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    return _do(request, _post(slug, key), services.mark_published, _("Written down: it is published."))


@require_POST
@require_campaigns
def reopen(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    return _do(request, _post(slug, key), services.reopen, _("It is a plan again."))


@require_campaigns
def record(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """When it appeared, where to see it, how many it reached."""
    post = _post(slug, key)
    form = ResultForm(request.POST if request.method == "POST" else None, post=post)
    if request.method == "POST" and form.is_valid():
        return _do(request, post, services.record, _("The result was written down."), **form.cleaned_data)
    context = {"event": post.event, "post": post, "form": form}
    return render(request, "notifications/post_record.html", context, status=422 if form.errors else 200)


# -- inside ------------------------------------------------------------------------------------------------------------


def _post(slug: str, key: UUID) -> ChannelPost:
    rows = ChannelPost.objects.select_related("event", "source__event", "created_by")
    return get_object_or_404(rows, event__slug=slug, key=key)


def _back(post: ChannelPost) -> HttpResponseRedirect:
    return redirect("manage_posts:detail", post.event.slug, post.key)


def _do(
    request: HttpRequest, post: ChannelPost, service: Callable[..., object], done: str, **fields: object
) -> HttpResponseRedirect:
    try:
        service(post=post, by=signed_in(request), **fields)
    except services.WrongState:
        return _too_late(request, post)
    messages.success(request, done)
    return _back(post)


def _too_late(request: HttpRequest, post: ChannelPost) -> HttpResponseRedirect:
    messages.error(request, _("That is not possible in its present state."))
    return _back(post)
