from typing import Generic, TypeVar

T = TypeVar("T")


class Current(Generic[T]):
    """What a process has one of, once its owner has installed it; None before, and where nobody does."""

    def __init__(self) -> None:
        self._value: T | None = None

    def install(self, value: T | None) -> None:
        """For whoever owns it: the web's lifespan, or the worker."""
        self._value = value

    def get(self) -> T | None:
        return self._value
