"""Threads as the parties and organisers read and write them. What one may not read is not there: 404."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from agreements.discussing import services
from agreements.discussing.anchors import Ambiguous, NotInText
from agreements.discussing.forms import ReplyForm, ResolveForm, ThreadForm
from agreements.discussing.page import LENGTH, Discussion
from agreements.markup import to_html
from agreements.models import Agreement, ArticleRevision, Comment, Party, TextVersion, Thread
from agreements.services import AlreadyDone, NotEntitled, WrongState
from organisations.access import signed_in
from organisations.models import User
from organisations.roles import Permission


@never_cache
def begin(request: HttpRequest, slug: str, revision_id: int) -> HttpResponse:
    """A thread at an article: a form of its own, so that refused words are kept in it."""
    agreement, user, _parties = _visible(request, slug)
    revision = get_object_or_404(_readable(agreement, user).select_related("version__agreement", "article"),
                                 pk=revision_id)  # fmt: skip
    form = ThreadForm(request.POST if request.method == "POST" else None, revision=revision)
    if request.method != "POST" or not form.is_valid():
        return _begin_page(request, revision, form, status=422 if form.errors else 200)
    try:
        thread = services.begin(revision=revision, by=user, **form.cleaned_data)
    except WrongState:
        form.add_error(None, _moved_on())
        return _begin_page(request, revision, form, status=409)
    except (NotInText, Ambiguous):  # the form looked already; somebody else's request cannot change a shared text
        form.add_error("passage", _("These words do not stand in the article."))
        return _begin_page(request, revision, form, status=422)
    except NotEntitled as error:
        raise PermissionDenied from error
    messages.success(request, _("The comment was saved."))
    return redirect(_place_of(thread, revision))


@never_cache
def thread(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One thread, to be answered."""
    agreement, user, parties = _visible(request, slug)
    found = _thread(agreement, user, parties, pk)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _thread_page(request, found, user, parties, status=422 if form.errors else 200, reply_form=form)
    try:
        services.reply(thread=found, by=user, **form.cleaned_data)
    except WrongState:
        form.add_error(None, _moved_on())
        return _thread_page(request, found, user, parties, status=409, reply_form=form)
    except NotEntitled as error:
        raise PermissionDenied from error
    messages.success(request, _("The comment was saved."))
    return redirect(found)


@never_cache
def correct(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A correction of one's own comment; the comment stays as it was."""
    agreement, user, parties = _visible(request, slug)
    threads = Thread.objects.of(agreement).visible_to(user, parties)
    own = get_object_or_404(Comment.objects.filter(thread__in=threads, author=user), pk=pk)
    found = _thread(agreement, user, parties, own.thread_id)
    form = ReplyForm(request.POST if request.method == "POST" else None, initial={"body": own.body})
    if request.method == "POST" and form.is_valid():
        try:
            services.reply(thread=found, by=user, corrects=own, **form.cleaned_data)
        except WrongState:
            form.add_error(None, _moved_on())
        else:
            messages.success(request, _("The correction was saved; the comment stays as it was."))
            return redirect(found)
    context = {"agreement": agreement, "thread": found, "comment": own, "form": form}
    return render(request, "agreements/discussing/correct.html", context, status=422 if form.errors else 200)


@require_POST
def resolve(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    agreement, user, parties = _visible(request, slug)
    found = _thread(agreement, user, parties, pk)
    form = ResolveForm(request.POST)
    if not form.is_valid():
        return _thread_page(request, found, user, parties, status=422, resolve_form=form)
    try:
        services.resolve(thread=found, by=user, **form.cleaned_data)
    except AlreadyDone:
        messages.info(request, _("Somebody resolved it a moment before you."))
    except WrongState:
        form.add_error(None, _moved_on())
        return _thread_page(request, found, user, parties, status=409, resolve_form=form)
    except NotEntitled as error:
        raise PermissionDenied from error
    else:
        messages.success(request, _("The thread is resolved. It can be taken up again."))
    return redirect(found)


@require_POST
def reopen(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    agreement, user, parties = _visible(request, slug)
    found = _thread(agreement, user, parties, pk)
    try:
        services.reopen(thread=found, by=user)
    except AlreadyDone:
        messages.info(request, _("The thread is open already."))
    except WrongState:
        messages.error(request, _moved_on())
    except NotEntitled as error:
        raise PermissionDenied from error
    else:
        messages.success(request, _("The thread is open again."))
    return redirect(found)


# -- inside -----------------------------------------------------------------------------------------------------------


def _moved_on() -> str:
    return _(
        "The review of this text is closed: nothing was saved. Your words are still here; copy them if you need them."
    )


def _visible(request: HttpRequest, slug: str) -> tuple[Agreement, User, list[Party]]:
    user = signed_in(request)
    agreement = get_object_or_404(Agreement.objects.visible_to(user), slug=slug)
    return agreement, user, agreement.parties_of(user)


def _readable(agreement: Agreement, user: User) -> QuerySet[ArticleRevision]:
    revisions = ArticleRevision.objects.filter(version__agreement=agreement)
    if user.has_permission(Permission.MANAGE_AGREEMENTS):
        return revisions
    return revisions.filter(version__shared_at__isnull=False)


def _thread(agreement: Agreement, user: User, parties: list[Party], pk: int) -> Thread:
    threads = Thread.objects.of(agreement).visible_to(user, parties).in_full().select_related("article__agreement")
    return get_object_or_404(
        threads.select_related("party__organisation", "settled_by", "revision__version", "article__agreement"), pk=pk
    )


def _newest(agreement: Agreement, user: User) -> TextVersion:
    """The newest version that this user may read."""
    versions = (
        agreement.versions.all() if user.has_permission(Permission.MANAGE_AGREEMENTS) else agreement.shared_versions()
    )
    version = versions.order_by("-number").first()
    if version is None:
        raise Http404
    return version


def _place_of(thread: Thread, revision: ArticleRevision) -> str:
    """Where the thread stands in the review's page of its version."""
    page = (revision.position - 1) // LENGTH + 1
    query = f"?page={page}" if page > 1 else ""
    return f"{revision.version.agreement.get_review_url()}{query}#thread-{thread.pk}"


def _begin_page(request: HttpRequest, revision: ArticleRevision, form: ThreadForm, status: int) -> HttpResponse:
    context = {
        "agreement": revision.version.agreement,
        "revision": revision,
        "html": to_html(revision.source),
        "form": form,
    }
    return render(request, "agreements/discussing/begin.html", context, status=status)


def _thread_page(
    request: HttpRequest, thread: Thread, user: User, parties: list[Party], status: int, **forms: object
) -> HttpResponse:
    agreement = thread.article.agreement
    version = _newest(agreement, user)
    revision = version.revisions.filter(article=thread.article_id).first()
    shown = Discussion(version, user, parties).shown(thread, revision)
    context = {
        "agreement": agreement, "thread": thread, "shown": shown, "revision": revision, "version": version,
        "can_write": services.can_write(agreement, user), "reply_form": ReplyForm(), "resolve_form": ResolveForm(),
        "form": next((form for form in forms.values() if getattr(form, "errors", None)), None), **forms,
    }  # fmt: skip
    return render(request, "agreements/discussing/thread.html", context, status=status)
