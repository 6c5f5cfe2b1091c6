"""What questions are made of besides what they ask for, as the lexemes of each language.

PostgreSQL's stop words are left out: no question has them.
"""

from collections.abc import Mapping

NONE: frozenset[str] = frozenset()


def words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


ASIDE: Mapping[str, frozenset[str]] = {
    "english": words(
        "can cant could let like look might must shall want would",
        "describ explain know show tell understand wonder",
        "hello hey hi okay pleas thank thx",
        "actual anyth exact just mayb realli someth thing whatev",
    ),
    "german": words(
        "konnt darf durf mocht mog gern lass",
        "beschreib erklar sag zeig verrat weiss wiss versteh",
        "hallo hi bitt dank",
        "ab eigent genau irgendwas mal ding sach",
    ),
    "spanish": words(
        "pued pod quisier quier gust dej",
        "explic expliqu dim dec decirm muestr mostr sab entend entiend",
        "hol graci favor",
        "exact cos realment",
    ),
    "french": words(
        "peut peux pouv pouvoir voudr voul veut veux aim",
        "expliqu montr dis dir savoir sais comprendr comprend",
        "bonjour salut merc plaît",
        "exact chos vrai",
    ),
}
"""What people say around a question: it is not what they ask for."""

VAGUE: Mapping[str, frozenset[str]] = {
    "english": words(
        "do get give go happen make mean need use work",
        "long mani much possibl way",
    ),
    "german": words(
        "bekomm brauch geb geh geht gibt macht mach tun benutz nutz verwend heisst bedeutet",
        "funktioni funktioniert passiert geschieht",
        "warum wann wer weshalb wieso woh wohin womit wozu",
        "gross hoch lang moglich oft viel weit",
    ),
    "spanish": words(
        "com cuand cuant dond",
        "da dar hac hag ir va necesit obten ocurr pas signif suced ten uso usa usar funcion deb",
        "form larg maner posibl tiemp",
    ),
    "french": words(
        "comment combien quand quel où pourquoi",
        "aller va arriv pass avoir besoin doit dois devoir don fait fais fair fonction march",
        "obten signif utilis",
        "beaucoup façon long longtemp mani possibl temp",
    ),
}
"""Words that ask for something about the others, and weigh less than they are rare."""
