from django.db import connection, transaction

from .models import Document, Word

COUNT = """
    INSERT INTO knowledge_word (language, lexeme, passages)
    SELECT %s, word, ndoc FROM ts_stat(format(
        'SELECT p.vector FROM knowledge_passage p JOIN knowledge_document d ON d.id = p.document_id'
        ' WHERE d.language = %%L', %s::text))
"""


@transaction.atomic
def count_words() -> None:
    """Counts anew in how many passages each word stands. Two at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE knowledge_word IN SHARE ROW EXCLUSIVE MODE")
        Word.objects.all().delete()
        for language in Document.objects.values_list("language", flat=True).distinct():
            cursor.execute(COUNT, [language, language])
