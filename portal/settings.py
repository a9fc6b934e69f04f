"""Every setting, read from the environment; `.env.example` lists each knob.

Without any variable this is the embedded default: SQLite and Celery's file-system broker under `var/`, mail into the
local mailbox. `DATABASE_URL`, `REDIS_URL` and `MAIL_URL` make it the production set-up; `portal/checks.py` refuses
combinations that would only look right.
"""

import json
import os
import secrets
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

django_stubs_ext.monkeypatch()
BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
DEBUG = env.bool("DEBUG", default=False)
EMBEDDED = not env.str("DATABASE_URL", default="")


def _embedded_secret() -> str:
    """A secret made once and kept beside the embedded database: a fresh clone needs no configuration."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        try:
            with path.open("x") as stream:
                path.chmod(0o600)
                stream.write(secrets.token_urlsafe(50))
        except FileExistsError:  # another process of the same first start was quicker
            pass
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured("SECRET_KEY is empty: set it when DATABASE_URL is set.")
    SECRET_KEY = _embedded_secret()

# -- where we are ------------------------------------------------------------------------------------------------
PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", urlsplit(SITE_URL).hostname])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
HTTPS = SITE_URL.startswith("https://")
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

# -- what is installed ---------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "notifications",
    "events",
    "agreements",
    "research",
    "organisations",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "template_partials",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["portal.templatetags.italia"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
        },
    }
]
FORM_RENDERER = "portal.forms.ItaliaRenderer"

# -- the truth: the database -----------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE takes the write lock at BEGIN, so two writers queue instead of failing half-way;
        # Django itself switches foreign keys on.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # In memory, threads would share one cache and fail on its table locks; a file behaves as in production.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a restarted database costs no visitor an error page
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits live in the database: they work alike with and without Redis, and a dead Redis breaks no page.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"},
    # each process keeps its own few: organisations/kept_pages.py
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages", "TIMEOUT": None,
              "OPTIONS": {"MAX_ENTRIES": 200}},
}  # fmt: skip
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# -- the bell: Celery ------------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
BROKER_DIR = VAR_DIR / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # A visitor never waits for a dead broker: the row is saved and the sweep takes it.
        "socket_connect_timeout": 0.5,
        "socket_timeout": 5,
        "max_retries": 0,
        "interval_start": 0,
        "interval_max": 0.1,
        "visibility_timeout": 1800,  # far above CELERY_TASK_TIME_LIMIT
        "global_keyprefix": env.str("REDIS_PREFIX", default="socialneet:"),
    }
else:
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT = "portal.file_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TIME_LIMIT = 720  # above the ten minutes a relay may think about the final dot
CELERY_TASK_DEFAULT_QUEUE = "mail"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody asks, and on the file broker its messages would pile up
# Without Redis the processes of a pool share one pipe and one lock: one that is killed while it waits keeps the lock for
# ever, and its worker stands still. With Redis each has a pipe of its own.
CELERY_WORKER_POOL = "prefork" if REDIS_URL else "solo"
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=2) if REDIS_URL else 1
CELERY_TIMEZONE = "Europe/Rome"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
TICK_SECONDS = env.int("TICK_SECONDS", default=10)
CELERY_BEAT_SCHEDULE = {"tick": {"task": "notifications.tick", "schedule": TICK_SECONDS}}

# -- mail ------------------------------------------------------------------------------------------------------------
# mailbox://  keeps every mail in the local mailbox at /mailbox/;  smtp://, smtp+tls://, smtp+ssl://user:pass@host:port hand it over;
# anymail+postmark://token@ and its like hand it to a provider's API (notifications/providers/catalogue.py).
MAIL_URL = env.str("MAIL_URL", default="mailbox://" if EMBEDDED else "smtp://localhost:25")
MAIL_URL_BULK = env.str("MAIL_URL_BULK", default="")  # another way out for bulk; empty: the same
MAILBOX_ENABLED = MAIL_URL.startswith("mailbox:")
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default="socialneet.example.org")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"SOCIALNEET Terni <segreteria@{MAIL_DOMAIN}>")
MAIL_FROM_BULK = env.str("MAIL_FROM_BULK", default=DEFAULT_FROM_EMAIL)  # best a sub-domain of its own
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = "notifications.backends.OutboxBackend"  # Django's own mail (sign-in codes) joins the outbox too
CALENDAR_DOMAIN = env.str("CALENDAR_DOMAIN", default=MAIL_DOMAIN)  # right half of every UID: never change it
MAIL_BATCH = env.int("MAIL_BATCH", default=500)  # at most so many in one hand; a pause holds after two of them
MAIL_LEASE_SECONDS = env.int("MAIL_LEASE_SECONDS", default=120)
MAIL_CONNECTIONS = env.int("MAIL_CONNECTIONS", default=1)  # more for a far relay: its delay is the limit
MAIL_CONNECTIONS_BULK = env.int("MAIL_CONNECTIONS_BULK", default=1)
# Lanes where an uncertain message goes out once more by itself: a doubled confirmation does less harm than a lost one.
MAIL_RESEND_UNCERTAIN = env.list("MAIL_RESEND_UNCERTAIN", default=["transactional"])
MAIL_ALLOW_LIST = env.list("MAIL_ALLOW_LIST", default=[])  # patterns; set on a staging copy: nobody else gets mail
CAMPAIGN_UNDO_SECONDS = env.int("CAMPAIGN_UNDO_SECONDS", default=120)  # time to take a campaign back
CAMPAIGN_SECOND_PERSON_ABOVE = env.int("CAMPAIGN_SECOND_PERSON_ABOVE", default=500)  # recipients
CAMPAIGN_CANARY_ABOVE = env.int("CAMPAIGN_CANARY_ABOVE", default=200)  # recipients; fewer go all at once
CAMPAIGN_CANARY_SECONDS = env.int("CAMPAIGN_CANARY_SECONDS", default=600)  # how long bounces are waited for
# Public channels of messengers: telegram://<bot token>@<channel>?name=…, gateway+https://…?name=… (notifications/channels/messengers.py)
MESSENGER_URLS = env.list("MESSENGER_URLS", default=[])
# Addresses of other programs may lie on this very machine: for trials alone, portal/checks.py refuses it on a real site.
POSTING_MAY_STAY_HERE = env.bool("POSTING_MAY_STAY_HERE", default=False)
DKIM_SELECTOR = env.str("DKIM_SELECTOR", default="")  # looked up by the check before sending
MAIL_PAUSE_SECONDS = env.int("MAIL_PAUSE_SECONDS", default=5)


def _anymail_settings() -> dict[str, Any]:
    """Every ANYMAIL_… of the environment, by anymail's own names; empty ones are not set. A dictionary is JSON."""
    found = {
        name.removeprefix("ANYMAIL_"): json.loads(value) if value.startswith("{") else value
        for name, value in os.environ.items()
        if name.startswith("ANYMAIL_") and value
    }
    if "WEBHOOK_SECRET" in found:  # several, while an old one is being replaced
        found["WEBHOOK_SECRET"] = [secret.strip() for secret in found["WEBHOOK_SECRET"].split(",") if secret.strip()]
    return found


ANYMAIL = _anymail_settings()

# -- who is asking: allauth --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me"
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code itself proves the mailbox
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "SOCIALNEET"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow it on localhost alone
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]

# -- language and time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Rome"
USE_TZ = True

# -- static files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_DIR", default=str(VAR_DIR / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise looks for it before the first collectstatic
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = VAR_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
MAX_SIGNED_FILE_BYTES = 25 * 1024 * 1024
MAX_IMPORT_BYTES = 2 * 1024 * 1024
MAX_CONTACT_LIST_BYTES = 12 * 1024 * 1024  # 100,000 lines with names take six
MAX_LOG_BYTES = 50 * 1024 * 1024  # of the mail server's log, to settle messages by
MAX_REPORT_BYTES = 2 * 1024 * 1024  # of a mail provider: some thousand events at once

# -- headers -----------------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the design system's CSS carries small data images
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
                          "microphone", "midi", "payment", "usb")
}  # fmt: skip
SECURE_REFERRER_POLICY = "same-origin"  # a link with a token never travels to another site
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_AGE = None  # gone with the browser: a form is not a reason to remember a visitor for a year
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=63_072_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # the container's own probe speaks plain HTTP
if TRUSTED_PROXY_HEADER := env.str("TRUSTED_PROXY_HEADER", default=""):
    SECURE_PROXY_SSL_HEADER = (TRUSTED_PROXY_HEADER, "https")

# -- the association's own facts -------------------------------------------------------------------------------------------
PRIVACY_NOTICE_VERSION = env.str("PRIVACY_NOTICE_VERSION", default="2026-11")
#: Of the question whether somebody may be photographed: another wording is another consent.
PHOTO_CONSENT_VERSION = env.str("PHOTO_CONSENT_VERSION", default="2026-11")
#: Access and dietary needs are deleted so many days after the event.
NEEDS_KEPT_DAYS = env.int("NEEDS_KEPT_DAYS", default=7)
#: Name and contact of an appointment at the meeting point are emptied so many days after it.
APPOINTMENTS_KEPT_DAYS = env.int("APPOINTMENTS_KEPT_DAYS", default=14)
#: Contacts, people who did not come, free answers and requests leave so many days after the event (decision 0030).
REGISTRATIONS_KEPT_DAYS = env.int("REGISTRATIONS_KEPT_DAYS", default=180)
#: The project's last day: who came must be proved to its funder until so many years after it.
PROJECT_ENDS_ON = date.fromisoformat(env.str("PROJECT_ENDS_ON", default="2027-12-31"))
ATTENDANCE_KEPT_YEARS = env.int("ATTENDANCE_KEPT_YEARS", default=5)
#: Recipients of messages are forgotten so many days after them; addresses of contact lists so long after their last one.
MESSAGES_KEPT_DAYS = env.int("MESSAGES_KEPT_DAYS", default=365)
CONTACTS_KEPT_DAYS = env.int("CONTACTS_KEPT_DAYS", default=730)
#: The files of lists that were brought in are emptied so many days later.
UPLOADS_KEPT_DAYS = env.int("UPLOADS_KEPT_DAYS", default=30)
#: Faster than that nobody fills in the registration form (events.forms.guard); 0 asks for nothing.
REGISTRATION_MIN_SECONDS = env.float("REGISTRATION_MIN_SECONDS", default=2.0)
ASSOCIATION_NAME = env.str("ASSOCIATION_NAME", default="Confartigianato Imprese Terni")
ASSOCIATION_EMAIL = env.str("ASSOCIATION_EMAIL", default=f"segreteria@{MAIL_DOMAIN}")
ASSOCIATION_ADDRESS = env.str("ASSOCIATION_ADDRESS", default="Terni")

# -- what whoever runs the portal sees ----------------------------------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # what Prometheus shows at /metrics; empty: no such address
LOG_FORMAT = env.str("LOG_FORMAT", default="line" if EMBEDDED else "json")
if LOG_FORMAT not in {"line", "json"}:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}: it may be line or json.")
#: Their lines go through the one masked handler too: Django's own would print paths with tokens, and gunicorn's as well.
_TO_US: dict[str, object] = {"handlers": [], "propagate": True}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "portal.logs.LineFormatter"}, "json": {"()": "portal.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django": _TO_US, "django.server": _TO_US, "gunicorn.error": _TO_US, "gunicorn.access": _TO_US,
                "kombu": {"level": "ERROR"}, "weasyprint": {"level": "ERROR"}, "fontTools": {"level": "ERROR"}},
}  # fmt: skip
