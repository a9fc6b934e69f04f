"""Who may open a page: one decorator, used by every organisers' view."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from organisations.models import User
from organisations.roles import Permission

View = Callable[..., HttpResponseBase]


def signed_in(request: HttpRequest) -> User:
    """The user of a page behind LoginRequiredMiddleware, with its type."""
    return cast(User, request.user)


def require(permission: Permission) -> Callable[[View], View]:
    """Let in only users who hold the permission for the whole portal; others get the 403 page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not signed_in(request).has_permission(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]  # read by tests/architecture
        return guarded

    return decorate
