"""The rules of the house as tests: doors, signals, transitions, constraints, words."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.dispatch import Signal
from django.urls import URLResolver, get_resolver

from agreements import signals as agreement_signals
from events import signals as event_signals
from portal import catalogues

OURS = ("portal", "organisations", "events", "agreements", "research", "notifications")
#: Every address that opens without signing in. A new one is a decision, made here.
PUBLIC = {
    "home", "privacy", "accessibility", "health", "metrics", "robots", "calendar_feed", "meeting_point", "list", "detail",
    "register", "lost_link", "withdraw_change", "request_invitation", "request_link", "calendar", "document", "add_attendee",
    "edit_attendee",
    "cancel_attendee", "edit_contact", "cancel", "unsubscribe", "mail", "html", "raw",
    "message", "message_html", "message_why", "preferences", "preferences_undo", "opened",
    "personal", "personal_page", "personal_renew", "personal_ask",
    "provider_report",
    "replace_attendee", "confirm_attendee", "confirm_all", "send_attendee_link", "own_edit", "own_confirm",
    "own_cancel", "own_needs", "attendee_needs", "data", "data_file", "erase", "own_data", "own_data_file", "own_erase",
    "meeting_point_hours", "start", "slots", "person", "move",
    "registration", "agenda_calendar", "session_calendar", "agenda_pdf", "agenda_json", "schedule_xml",
    "embed", "screen", "room_screen", "screen_state", "screen_worker",
    "sessions", "session_change", "own_sessions", "own_session_change", "waiting", "questions", "own_questions",
    "passes", "own_pass", "passes_worker", "certificates", "own_certificate", "verify_certificate", "shown",
    "figures", "figures_csv", "figures_json",
}  # fmt: skip


def patterns(resolver: URLResolver, prefix: str = ""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


def test_only_the_listed_addresses_are_public():
    found = set()
    for _path, pattern in patterns(get_resolver()):
        if not pattern.callback.__module__.startswith(OURS):
            continue
        if getattr(pattern.callback, "login_required", True) is False:
            found.add(pattern.name)
    assert found <= PUBLIC, f"not listed: {found - PUBLIC}"
    assert {"home", "register", "detail", "unsubscribe"} <= found


def test_organisers_addresses_all_ask_for_a_permission():
    for path, pattern in patterns(get_resolver()):
        module = pattern.callback.__module__
        if re.search(r"manage/\w", path) and module.startswith(OURS):
            callback, guarded = pattern.callback, False
            while callback is not None:
                guarded = guarded or hasattr(callback, "required_permission")
                callback = getattr(callback, "__wrapped__", None)
            assert guarded, path


@pytest.mark.parametrize("module", [event_signals, agreement_signals])
def test_every_signal_has_exactly_one_receiver(module):
    signals = {name: value for name, value in vars(module).items() if isinstance(value, Signal)}
    assert signals
    assert {name: len(signal.receivers) for name, signal in signals.items()} == dict.fromkeys(signals, 1)


def test_every_table_of_transitions_names_every_state():
    tables = [model for model in apps.get_models() if hasattr(model, "TRANSITIONS")]
    assert len(tables) >= 4
    for model in tables:
        assert set(model.TRANSITIONS) == set(model.State.values), model
        assert set().union(*model.TRANSITIONS.values()) <= set(model.State.values), model


def test_no_migration_is_missing(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_message_is_untranslated(language):
    assert catalogues.missing(settings.BASE_DIR, language) == []


def test_the_components_own_words_are_in_the_catalogues_too():
    """Babel passes over folders that begin with an underscore unless told otherwise."""
    assert any(message.id == "Please check these points" for message in catalogues.extract(settings.BASE_DIR))


def test_placeholders_survive_translation():
    for message in catalogues.read(settings.BASE_DIR, "it"):
        if message.id and message.string:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            strings = [message.string] if isinstance(message.string, str) else list(message.string)
            wanted = set(re.findall(r"%\(\w+\)s|\{\w+\}", ids[-1]))
            for string in strings:
                assert set(re.findall(r"%\(\w+\)s|\{\w+\}", string)) == wanted, ids


def test_no_commercial_word_is_said_to_people():
    catalogue = [m for language in ("it", "en") for m in catalogues.read(settings.BASE_DIR, language)]
    text = " ".join(f"{m.id} {m.string}" for m in catalogue)
    assert not re.search(r"\b(cart|tickets?|sold out|carrello|biglietti?|esaurito|acquist\w+)\b", text, re.I)


def test_templates_carry_no_inline_script_or_style():
    for path in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        if path.parent.name in {"mail", "pdf"} or path.name == "500.html":
            continue
        source = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*src=)", source), path


def test_services_take_keywords_alone_and_say_what_they_do():
    import importlib
    import inspect

    for app in ("organisations", "events", "agreements", "notifications"):
        module = importlib.import_module(f"{app}.services")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or not inspect.unwrap(function).__module__.startswith(module.__name__):
                continue
            kinds = {p.kind for p in inspect.signature(function).parameters.values()}
            if "by" in inspect.signature(function).parameters:
                assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}, f"{app}.{name}"
            assert inspect.getdoc(function), f"{app}.{name}"


def test_files_stay_readable():
    for app in OURS:
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            if "migrations" not in path.parts:
                assert len(path.read_text().splitlines()) <= 450, path


def test_no_post_save_and_no_send_robust():
    for app in OURS:
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            assert not re.search(r"post_save|pre_save|send_robust", path.read_text()), path


def test_nothing_names_this_machine_or_a_real_mailbox():
    for path in Path(settings.BASE_DIR).rglob("*"):
        if path.suffix in {".py", ".html", ".md", ".toml", ".txt", ".yml", ".sh"} and not {
            ".venv",
            "var",
            "node_modules",
            ".git",
        } & set(path.parts):
            text = path.read_text(errors="ignore")
            for address in re.findall(r"[\w.+-]+@([\w-]+\.[\w.-]*\w)", text):
                assert address.rstrip(".").endswith("example.org") or address.startswith("127.0.0.1"), (path, address)
