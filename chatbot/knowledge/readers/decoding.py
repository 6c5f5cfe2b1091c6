import codecs

from .reading import UnreadableError

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
"""What a page means that declares one of these, by the rules of HTML."""


def decoded(data: bytes, declared: str | None = None) -> str:
    """Text by its byte order mark, else as it declares itself, else as UTF-8.

    UnreadableError for bytes that are not what they should be, and for NUL, which no text has.
    """
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), None) or meant(declared)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is not {called(encoding)} (byte {error.start}): convert it.") from error
    if "\0" in text:
        raise UnreadableError("has a NUL character in it: it is no text.")
    return text


def meant(declared: str | None) -> str:
    if declared is None:
        return "utf-8"
    try:
        name = codecs.lookup(declared.strip()).name
        "".encode(name)  # refuses codecs that do not make text
    except (LookupError, ValueError) as error:
        raise UnreadableError(f"declares a charset that nobody knows, {declared[:40]!r}.") from error
    return MEANT.get(name, name)


def called(encoding: str) -> str:
    return "UTF-8" if encoding.startswith("utf-8") else encoding.upper()
