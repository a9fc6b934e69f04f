"""The crash drill: real workers killed at random while mail flows. See `manage.py crash_drill`."""
