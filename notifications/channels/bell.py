"""The bell of posts: a worker looks at once instead of at the next round of the clock."""


def wake() -> None:
    """Ring it."""
    from notifications.tasks import channels

    channels.delay()
