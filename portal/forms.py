"""The form renderer of the design system: labels above their fields, errors in words, optional fields marked."""

from collections.abc import Iterable

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting


class ItaliaBoundField(BoundField):
    """A field that takes the frame of `templates/django/forms/field.html`."""

    def css_classes(self, extra_classes: str | Iterable[str] | None = None) -> str:
        extra = extra_classes.split() if isinstance(extra_classes, str) else list(extra_classes or [])
        return super().css_classes(["field", *(["field-invalid"] if self.errors else []), *extra])


class ItaliaRenderer(TemplatesSetting):
    """Renders forms with the templates in `templates/django/forms/`."""

    form_template_name = "django/forms/form.html"
    formset_template_name = "django/forms/formset.html"
    field_template_name = "django/forms/field_frame.html"
    bound_field_class = ItaliaBoundField
