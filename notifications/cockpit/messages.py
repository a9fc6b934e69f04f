"""Messages one by one: the list, one message with its history, its bytes, and what a person decides."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notifications import services
from notifications.cockpit import lists, origins, raw
from notifications.cockpit.forms import DecisionForm, MessageFilterForm
from notifications.cockpit.views import require_outbox, require_switches
from notifications.cockpit.words import house_name, kind_name
from notifications.models import SECRET_KINDS, Delivery
from organisations.access import signed_in
from organisations.roles import Permission


@never_cache
@require_safe
@require_outbox
def message_list(request: HttpRequest) -> HttpResponse:
    """Messages by recipient, state, kind, lane, campaign; by pages of keys."""
    form = MessageFilterForm(request.GET)
    found = lists.page(form, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    context = {
        "form": form,
        "page": found,
        "rows": [(row, kind_name(row.kind)) for row in found.rows],
        "query": query.urlencode(),
        "is_first": not {"before", "after"} & request.GET.keys(),
        "may_decide": form.is_valid() and form.cleaned_data["state"] == Delivery.State.UNCERTAIN and bool(found.rows),
        "may_operate": signed_in(request).has_permission(Permission.OPERATE_OUTBOX),
    }
    return render(request, "notifications/message_list.html", context)


@require_POST
@require_outbox
def decide(request: HttpRequest) -> HttpResponse:
    """One decision about all that were ticked."""
    form, user = DecisionForm(request.POST), signed_in(request)
    if not form.is_valid():
        messages.error(request, _("Tick at least one message, then choose what is to become of it."))
    else:
        keys = form.cleaned_data["keys"]
        if form.cleaned_data["decision"] == "again":
            count = services.send_uncertain_again(keys=keys, by=user)
            words = ngettext("%(count)s message goes out once more.", "%(count)s messages go out once more.", count)
        else:
            count = services.mark_all_arrived(keys=keys, by=user)
            words = ngettext(
                "%(count)s message is marked as arrived.", "%(count)s messages are marked as arrived.", count
            )
        messages.success(request, words % {"count": count})
        if count < len(keys):
            messages.info(request, _("The others had moved on meanwhile and were left as they are."))
    return redirect(lists.url_of(state=Delivery.State.UNCERTAIN))


# -- one message -------------------------------------------------------------------------------------------------------


def _message(key: UUID) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related("campaign", "organisation"), key=key)


@never_cache
@require_safe
@require_outbox
def delivery(request: HttpRequest, key: UUID) -> HttpResponse:
    """Who, why, how far, what it waits for, every attempt."""
    row, now = _message(key), timezone.now()
    context = {
        "delivery": row,
        "kind": kind_name(row.kind),
        "house": house_name(row.domain_group),
        "reasons": origins.reasons(row),
        "waits_for": origins.waits_for(row, now),
        "tries": row.tries.order_by("at", "pk"),
        "events": row.events.order_by("at", "pk"),
        "is_secret": row.kind in SECRET_KINDS,
        "may_operate": signed_in(request).has_permission(Permission.OPERATE_OUTBOX),
    }
    return render(request, "notifications/delivery.html", context)


@never_cache
@require_safe
@require_switches
def delivery_raw(request: HttpRequest, key: UUID) -> HttpResponse:
    """The bytes, with the tokens of personal links replaced; `?download` as a file."""
    row = _message(key)
    try:
        content = raw.raw(row)
    except raw.IsSecret:
        return _words(_("This message carries a sign-in code. It is shown to nobody but its recipient."), 403)
    except Exception as error:  # a broken template or a vanished object: the page must say so, whatever it is
        words = _("This message cannot be written any more: %(reason)s") % {"reason": error}
        return _words(words, 409)
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    if "download" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{row.key}.eml"'
    return response


def _words(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


def _verb(service: Callable[..., None]) -> Callable[..., HttpResponse]:
    """A page of one decision about one message."""

    @require_POST
    @require_outbox
    def view(request: HttpRequest, key: UUID) -> HttpResponse:
        try:
            service(delivery=_message(key), by=signed_in(request))
        except services.WrongState:
            messages.error(request, _("This is not possible now: the message has moved on meanwhile."))
        except services.TextGone:
            messages.error(
                request, _("A sign-in code is kept no longer than its message. Its recipient asks for a new one.")
            )
        else:
            messages.success(request, _("Done."))
        return redirect("manage_notifications:delivery", key)

    return view  # type: ignore[return-value]  # the decorators give the base class


send_again = _verb(services.send_again)
mark_arrived = _verb(services.mark_arrived)
