"""The local mailbox of the trial mode: what would have gone out, readable as a person would read it."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications.framing import is_a_mail_that_may, shows_a_mail
from notifications.models import LocalMail


@never_cache
@require_safe
@login_not_required
def mail_list(request: HttpRequest) -> HttpResponse:
    """Newest first; ?q= looks for a recipient or subject."""
    q = request.GET.get("q", "").replace("\x00", "").strip()
    mails = LocalMail.objects.defer("content").order_by("-received_at", "-pk")
    if q:
        mails = mails.filter(address__icontains=q) | mails.filter(subject__icontains=q)
    page = Paginator(mails, 50).get_page(request.GET.get("page"))
    return render(request, "notifications/mailbox.html", {"page": page, "q": q})


def _parsed(pk: int) -> tuple[LocalMail, EmailMessage]:
    mail = get_object_or_404(LocalMail, pk=pk)
    return mail, message_from_bytes(bytes(mail.content), policy=policy.default)


def _part(message: EmailMessage, media_type: str) -> EmailMessage | None:
    return next((part for part in message.walk() if part.get_content_type() == media_type), None)


@never_cache
@require_safe
@login_not_required
@shows_a_mail
def mail_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Headers, text, the HTML part in a sandboxed frame, the calendar part."""
    mail, message = _parsed(pk)
    text, calendar = _part(message, "text/plain"), _part(message, "text/calendar")
    context = {
        "mail": mail,
        "headers": [(name, message[name]) for name in ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe") if message[name]],
        "text": text.get_content() if text else "",
        "calendar": calendar.get_content() if calendar else "",
        "method": calendar.get_param("method") if calendar else "",
    }  # fmt: skip
    return render(request, "notifications/mailbox_mail.html", context)


@require_safe
@login_not_required
@is_a_mail_that_may("allow-popups")
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML part alone, for the frame: no script, no origin."""
    part = _part(_parsed(pk)[1], "text/html")
    if part is None:
        raise Http404
    return HttpResponse(part.get_content().replace("<a ", '<a target="_blank" '))


@require_safe
@login_not_required
def mail_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The calendar part as a file."""
    part = _part(_parsed(pk)[1], "text/calendar")
    if part is None:
        raise Http404
    response = HttpResponse(part.get_payload(decode=True), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response


@require_safe
@login_not_required
def mail_raw(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as it was handed over, byte for byte."""
    mail = get_object_or_404(LocalMail, pk=pk)
    response = HttpResponse(bytes(mail.content), content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="mail-{mail.pk}.eml"'
    return response
