from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import connection

from chatbot.knowledge.jobs import Upload
from chatbot.knowledge.readers.formats import SUFFIXES, format_of

if TYPE_CHECKING:
    File = UploadedFile[Any]
else:
    File = UploadedFile

MOST_FILES = 50
MOST_BYTES = 15_000_000
"""Of all files together: no request may be longer than 16 MiB."""
LARGER = "Larger ones are added with manage.py ingest, where this service runs."
LONGEST_FOLDER = 200


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files; each is checked as one would be."""

    def __init__(self, **options: Any) -> None:
        accepted = {
            "accept": ",".join(sorted(SUFFIXES)),
            "data-most-files": MOST_FILES,
            "data-most-bytes": MOST_BYTES,
            "data-larger": LARGER,
        }
        super().__init__(widget=FilesInput(attrs=accepted), **options)

    def clean(self, data: Any, initial: Any = None) -> list[File]:
        files = data if isinstance(data, list) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    documents = FilesField(
        max_length=200,
        help_text=f"{', '.join(sorted(SUFFIXES))}. Up to {MOST_FILES} files at once,"
        f" {MOST_BYTES // 1_000_000} MB together. {LARGER}",
    )
    folder = forms.RegexField(
        r"\A(?!\.)[\w. -]+(?:/(?!\.)[\w. -]+)*\Z",
        max_length=LONGEST_FOLDER,
        required=False,
        help_text="Where they lie, before their names: a document of the same path is replaced.",
    )
    language = forms.ChoiceField(
        required=False, help_text="What they are written in. Found out for each where none is chosen."
    )

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", "Each its own"), *((name, name) for name in languages())]

    def clean_documents(self) -> list[File]:
        files: list[File] = self.cleaned_data["documents"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"These are {len(files)} files: choose {MOST_FILES} at most.")
        if sum(file.size or 0 for file in files) > MOST_BYTES:
            raise forms.ValidationError(f"These are more than {MOST_BYTES:,} bytes together. {LARGER}")
        if len({file.name for file in files}) < len(files):
            raise forms.ValidationError("Two of these have the same name.")
        if problems := [problem for file in files if (problem := refusal(file))]:
            raise forms.ValidationError(problems)
        return files

    @property
    def uploads(self) -> list[Upload]:
        """Of a valid form."""
        folder = self.cleaned_data["folder"]
        place = f"{folder}/" if folder else ""
        return [Upload(f"{place}{file.name}", file.read()) for file in self.cleaned_data["documents"]]


def refusal(file: File) -> str:
    """Why this one can't be taken; empty where it can."""
    kind = format_of(file.name or "")
    if kind is None:
        return f"{file.name} is none of {', '.join(sorted(SUFFIXES))}."
    if (file.size or 0) > kind.largest:
        return f"{file.name} is larger than {kind.largest:,} bytes: split it."
    return ""


def languages() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cfgname FROM pg_ts_config ORDER BY cfgname")
        return [name for (name,) in cursor.fetchall()]
