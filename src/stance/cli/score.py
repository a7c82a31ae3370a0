"""stub."""


def score() -> None:
    """Stub."""
