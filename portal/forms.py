"""The form renderer of the design system."""

from django.forms.renderers import TemplatesSetting


class ItaliaRenderer(TemplatesSetting):
    """Renders forms with the templates in `templates/django/forms/`."""
