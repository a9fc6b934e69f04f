"""The doors of allauth that are open here, one by one.

Not its whole list: there anybody signed in may take any address nobody uses yet as their own, set a password, or ask
for one by mail. Here organisers let people in, and the e-mailed code to the address they were given is the only proof.
"""

from allauth.account import views
from django.urls import include, path

urlpatterns = [
    # One door for people: the e-mailed code (a passkey is offered on the same page).
    path("login/", views.request_login_code, name="account_login"),
    path("login/code/", views.request_login_code, name="account_request_login_code"),
    path("login/code/confirm/", views.confirm_login_code, name="account_confirm_login_code"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("2fa/", include("allauth.mfa.urls")),
]
