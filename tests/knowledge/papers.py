"""Real files of the formats that are not text, made here: the smallest that their parsers take."""

from collections.abc import Sequence
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "word/styles.xml": f"<w:styles {WORD}>"
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/></w:style>'
        for level in (1, 2, 3)
    )
    + "</w:styles>",
}

Styled = tuple[str, str]
Placed = tuple[float, float, str]


def word(*paragraphs: Styled, table: Sequence[Sequence[str]] = (), more: str = "") -> bytes:
    """A .docx of paragraphs, each with its style (`Heading1` or ""), and a table at the end."""
    rows = "".join(f"<w:tr>{''.join(map(table_cell, row))}</w:tr>" for row in table)
    body = "".join(paragraph(style, text) for style, text in paragraphs)
    body += (f"<w:tbl>{rows}</w:tbl>" if rows else "") + more
    return archive(f"<w:document {WORD}><w:body>{body}</w:body></w:document>")


def table_cell(text: str) -> str:
    return f"<w:tc>{paragraph('', text)}</w:tc>"


def paragraph(style: str, text: str) -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{styled}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def archive(document: str) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in {**PARTS, "word/document.xml": document}.items():
            archive.writestr(name, content)
    return made.getvalue()


def pdf(*pages: Sequence[Placed], encrypted: bool = False, title: str = "") -> bytes:
    """A PDF of lines, each with its size and its height on the page, both in points."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    for lines in pages:
        content = "\n".join(shown(*line) for line in lines)
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(kids)}] >>"
    objects.append(f"<< /Title ({title}) >>")
    trailer = f"/Info {len(objects)} 0 R"
    if encrypted:
        objects.append(f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>")
        trailer += f" /Encrypt {len(objects)} 0 R /ID [<00> <00>]"
    return put_together(objects, trailer)


def endless_pdf() -> bytes:
    """A page that draws a form ten times, which draws another ten times, and so on: a billion letters."""
    page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        f"<< {page} /Resources << /XObject << /X 6 0 R >> >> >>",
        "<< /Length 5 >>\nstream\n/X Do\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    objects += [form("/X Do " * 10, f"/XObject << /X {number} 0 R >>") for number in range(7, 16)]
    return put_together([*objects, form("BT /F1 12 Tf (x) Tj ET", "/Font << /F1 5 0 R >>")], "")


def form(content: str, resources: str) -> str:
    head = f"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << {resources} >>"
    return f"<< {head} /Length {len(content)} >>\nstream\n{content}\nendstream"


def shown(size: float, height: float, text: str) -> str:
    said = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F1 {size} Tf 50 {height} Td ({said}) Tj ET"


def put_together(objects: Sequence[str], trailer: str) -> bytes:
    made, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{each}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + end.encode()
