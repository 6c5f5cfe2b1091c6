from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

import mammoth

from .html_file import reading_of
from .reading import Reading, UnreadableError

MOST_MEMBERS = 5_000
LARGEST_XML = 30_000_000
"""Bytes of all its XML when unpacked; a book of a thousand pages has a third of it. Pictures are not read."""
STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


def read(data: bytes) -> Reading:
    refuse_bombs(data)
    html = mammoth.convert_to_html(BytesIO(data), convert_image=no_image, style_map=STYLES).value
    return reading_of(html)


def refuse_bombs(data: bytes) -> None:
    """By the sizes that the archive tells: no more of a member than that is unpacked."""
    try:
        members = ZipFile(BytesIO(data)).infolist()
    except BadZipFile as error:
        raise UnreadableError("is no Word document (.docx), or is encrypted: save it as one.") from error
    if len(members) > MOST_MEMBERS:
        raise UnreadableError(f"has more than {MOST_MEMBERS:,} files in it: it is no usual document.")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableError("is encrypted: save it without a password.")
    unpacked = sum(member.file_size for member in members if not member.filename.startswith("word/media/"))
    if unpacked > LARGEST_XML:
        raise UnreadableError(f"unpacks to more than {LARGEST_XML:,} bytes of text: split it.")


def no_image(image: Any) -> list[Any]:
    return []
