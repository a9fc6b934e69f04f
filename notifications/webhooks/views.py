"""Organisers' pages of other programs: addresses, secrets, the ledger of every attempt."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notifications.models import Fact, Webhook, WebhookMessage
from notifications.webhooks import services, signing
from notifications.webhooks.forms import LedgerForm, WebhookForm
from organisations.access import require, signed_in
from organisations.roles import Permission

require_webhooks = require(Permission.OPERATE_OUTBOX)
State = WebhookMessage.State
PAGE = 50


@never_cache
@require_safe
@require_webhooks
def webhook_list(request: HttpRequest) -> HttpResponse:
    """Which programs there are, and how each is doing."""
    webhooks = Webhook.objects.kept().order_by("name", "pk").annotate(
        waiting=Count("messages", filter=Q(messages__state__in=[State.WAITING, State.SENDING])),
        given_up=Count("messages", filter=Q(messages__state=State.FAILED)),
    )  # fmt: skip
    return render(request, "notifications/webhook_list.html", {"webhooks": webhooks})


@require_webhooks
def new(request: HttpRequest) -> HttpResponse:
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            webhook = services.register(by=signed_in(request), **form.cleaned_data)
        except services.AlreadyThere:
            form.refuse_twice()
        else:
            messages.success(request, _("Registered. Take the secret now, and send a test when the other side has it."))
            return redirect("manage_webhooks:detail", webhook.key)
    return render(request, "notifications/webhook_edit.html", {"form": form}, status=422 if form.errors else 200)


@require_webhooks
def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    webhook = _webhook(key)
    form = WebhookForm(request.POST if request.method == "POST" else None, webhook=webhook)
    if request.method == "POST" and form.is_valid():
        try:
            services.change(webhook=webhook, by=signed_in(request), **form.cleaned_data)
        except services.AlreadyThere:
            form.refuse_twice()
        except services.WrongState:
            return _too_late(request, key)
        else:
            messages.success(request, _("The changes were saved."))
            return redirect("manage_webhooks:detail", key)
    context = {"form": form, "webhook": webhook}
    return render(request, "notifications/webhook_edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@require_webhooks
def detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """State, facts, buttons, and the ledger by pages of keys."""
    return render(request, "notifications/webhook_detail.html", _page(request, _webhook(key)))


def _page(request: HttpRequest, webhook: Webhook) -> dict[str, Any]:
    form, before = LedgerForm(request.GET), request.GET.get("before", "")
    wanted = form.cleaned_data["state"] if form.is_valid() else ""
    ledger = webhook.messages.filter(state=wanted) if wanted else webhook.messages.all()
    if before.isdecimal() and len(before) < 19:
        ledger = ledger.filter(pk__lt=int(before))
    found = list(ledger.order_by("-pk").annotate(tried=Count("tries"))[: PAGE + 1])
    counts = dict(webhook.messages.order_by().values_list("state").annotate(Count("pk")))
    return {
        "webhook": webhook,
        "facts": [label for value, label in Fact.choices if value in webhook.facts],
        "counts": [(label, counts.get(value, 0)) for value, label in State.choices],
        "given_up": counts.get(State.FAILED, 0),
        "rows": found[:PAGE],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "wanted": wanted,
        "form": form,
    }


@never_cache
@require_POST
@require_webhooks
def secret(request: HttpRequest, key: UUID) -> HttpResponse:
    """The secret, in the answer to this one request and never again."""
    webhook = _webhook(key)
    try:
        shown = services.show_secret(webhook=webhook, by=signed_in(request))
    except services.ShownBefore:
        messages.error(request, _("The secret was shown before. If nobody kept it, make a new one."))
        return redirect("manage_webhooks:detail", key)
    except services.WrongState:
        return _too_late(request, key)
    return render(request, "notifications/webhook_secret.html", {"webhook": webhook, "secret": shown})


@require_webhooks
def renew(request: HttpRequest, key: UUID) -> HttpResponse:
    """A question first (GET), the change by POST."""
    webhook = _webhook(key)
    if request.method != "POST":
        return render(request, "notifications/webhook_renew.html", {"webhook": webhook})
    return _do(request, key, services.renew_secret, _("There is a new secret. Take it now."))


@require_webhooks
def remove(request: HttpRequest, key: UUID) -> HttpResponse:
    """A question first (GET), the change by POST."""
    webhook = _webhook(key)
    if request.method != "POST":
        return render(request, "notifications/webhook_remove.html", {"webhook": webhook})
    try:
        services.remove(webhook=webhook, by=signed_in(request))
    except services.WrongState:
        return _too_late(request, key)
    messages.success(request, _("“%(name)s” is told nothing any more.") % {"name": webhook.name})
    return redirect("manage_webhooks:list")


@require_POST
@require_webhooks
def pause(request: HttpRequest, key: UUID) -> HttpResponse:
    return _do(request, key, services.pause, _("Paused: what happens meanwhile waits."))


@require_POST
@require_webhooks
def resume(request: HttpRequest, key: UUID) -> HttpResponse:
    return _do(request, key, services.resume, _("Switched on: what waited is told now."))


@require_POST
@require_webhooks
def send_test(request: HttpRequest, key: UUID) -> HttpResponse:
    return _do(request, key, services.send_test, _("The test is on its way: its line below says what came of it."))


@require_POST
@require_webhooks
def send_failed_again(request: HttpRequest, key: UUID) -> HttpResponse:
    """All that was given up."""
    try:
        count = services.send_failed_again(webhook=_webhook(key), by=signed_in(request))
    except services.WrongState:
        return _too_late(request, key)
    said = ngettext("%(count)s fact is told once more.", "%(count)s facts are told once more.", count)
    messages.success(request, said % {"count": count})
    return redirect("manage_webhooks:detail", key)


@never_cache
@require_safe
@require_webhooks
def message(request: HttpRequest, key: UUID, message_key: UUID) -> HttpResponse:
    """One fact: what was sent, and every attempt."""
    found = _message(key, message_key)
    context = {
        "webhook": found.webhook,
        "message": found,
        "content": signing.content_of(found.payload).decode(),
        "tries": found.tries.all(),
        "may_be_sent": found.state in {State.FAILED, State.DELIVERED},
    }
    return render(request, "notifications/webhook_message.html", context)


@require_POST
@require_webhooks
def send_again(request: HttpRequest, key: UUID, message_key: UUID) -> HttpResponse:
    """One fact once more."""
    try:
        services.send_again(message=_message(key, message_key), by=signed_in(request))
    except services.WrongState:
        messages.error(request, _("It is on its way already, or the address is switched off."))
    else:
        messages.success(request, _("It is told once more, under the same name."))
    return redirect("manage_webhooks:message", key, message_key)


# -- inside ------------------------------------------------------------------------------------------------------------


def _webhook(key: UUID) -> Webhook:
    return get_object_or_404(Webhook.objects.kept().select_related("created_by"), key=key)


def _message(key: UUID, message_key: UUID) -> WebhookMessage:
    kept = WebhookMessage.objects.select_related("webhook").exclude(webhook__state=Webhook.State.REMOVED)
    return get_object_or_404(kept, webhook__key=key, key=message_key)


def _do(request: HttpRequest, key: UUID, service: Callable[..., object], done: str) -> HttpResponseRedirect:
    try:
        service(webhook=_webhook(key), by=signed_in(request))
    except services.WrongState:
        return _too_late(request, key)
    messages.success(request, done)
    return redirect("manage_webhooks:detail", key)


def _too_late(request: HttpRequest, key: UUID) -> HttpResponseRedirect:
    messages.error(request, _("That is not possible in its present state."))
    is_kept = Webhook.objects.kept().filter(key=key).exists()
    return redirect("manage_webhooks:detail", key) if is_kept else redirect("manage_webhooks:list")
