"""Why the service can't run on this machine, said to the person at the terminal."""


class CannotRunError(Exception):
    """One sentence (or two): what is wrong, why, and what to do. It ends the start with `status`."""

    def __init__(self, sentence: str, *, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


class AlreadySaidError(CannotRunError):
    """The process that failed has told the reason itself."""

    def __init__(self, status: int) -> None:
        super().__init__("", status=status)


class DiskFullError(CannotRunError):
    def __init__(self, folder: object, free: int) -> None:
        super().__init__(
            f"The disk is full: {free // 2**20} MB are free for {folder}, and this needs some 200. "
            "Free some space, or name a folder on another disk with --data."
        )
