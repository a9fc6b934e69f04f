"""The form renderer of the design system: labels above their fields, errors in words, optional fields marked."""

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting


class ItaliaBoundField(BoundField):
    """A field that takes the frame of `templates/django/forms/field.html`."""

    def css_classes(self, extra_classes: str | list[str] | None = None) -> str:
        classes = ["field", "field-invalid"] if self.errors else ["field"]
        return str(super().css_classes([*classes, *(extra_classes or [])]))


class ItaliaRenderer(TemplatesSetting):
    """Renders forms with the templates in `templates/django/forms/`."""

    form_template_name = "django/forms/form.html"
    formset_template_name = "django/forms/formset.html"
    field_template_name = "django/forms/field_frame.html"
    bound_field_class = ItaliaBoundField
