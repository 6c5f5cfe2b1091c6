from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=port, default=8000, help="where the page is served (default: 8000)")
    parser.add_argument(
        "--data",
        type=folder,
        default=ROOT / ".local",
        metavar="DIR",
        help="where PostgreSQL and the secret key are kept (default: .local)",
    )


def port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def folder(text: str) -> Path:
    return Path(text).expanduser().resolve()
