"""Whoever sets the portal up reads one file: every knob of the settings stands in it, with its true default."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "portal/settings.py").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"env\.\w+\(\"(\w+)\"", SETTINGS))))
def test_every_setting_is_in_the_example(name):
    assert re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE)


@pytest.mark.parametrize(("name", "value"), re.findall(r"env\.int\(\"(\w+)\", default=(\d+)\)", SETTINGS))
def test_the_example_tells_the_true_default_of_a_number(name, value):
    if told := re.search(rf"^#{name}=(\d+)", EXAMPLE, re.MULTILINE):
        assert name in ("TRUSTED_PROXY_COUNT",) or told[1] == value
