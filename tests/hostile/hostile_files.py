"""Files made to harm whoever reads them."""

import io
import zipfile
import zlib

from docx import Document

WORDS = "The Network brings together the entities of the United Nations system on migration."


def raw_pdf(*bodies):
    """Return a PDF of these objects, the first of them the catalog, with a right table."""
    out, starts = io.BytesIO(b"%PDF-1.7\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(bodies, 1):
        starts.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    out.writelines(b"%010d 00000 n \n" % start for start in starts)
    out.write(b"trailer<</Root 1 0 R/Size %d>>\n" % (len(bodies) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
FONT = b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"


def page(*, contents=4, resources=FONT):
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<<%s>>>>" % (
        contents,
        resources,
    )


def stream(content, *, entries=b""):
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


def packed(content, *, times=1):
    """Return a stream packed as often as told."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, entries=b"/Filter[%s]" % (b"/FlateDecode" * times))


def one_page_pdf(content, *more, resources=FONT):
    """Return a PDF of a page with this stream, and of more objects from number 5."""
    return raw_pdf(CATALOG, ONE_PAGE, page(resources=resources), content, *more)


def shown(text):
    """Return what draws `text` in the middle of a page."""
    return b"BT /F1 12 Tf 50 400 Td (%s) Tj ET" % text.encode("latin-1")


def docx_of(*paragraphs):
    """Return a Word document."""
    document, file = Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(file)
    return file.getvalue()


def with_part(docx, name, content):
    """Return a Word document with one part put in another's place, or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


def part_of(docx, name):
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return archive.read(name)
