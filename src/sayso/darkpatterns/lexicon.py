"""Words that lean, per language: what leaves things open, praises, shames, hurries, negates; and which language a text is in."""

from __future__ import annotations

import re

LANGUAGES = ("ar", "de", "en", "es", "fr", "ja")

VAGUE = {
    "en": r"\b(may|might|could|can be used|perhaps|possibly|certain|from time to time)\b",
    "de": r"\b(könnten?|möglicherweise|gegebenenfalls|eventuell|unter umständen|vielleicht)\b",
    "es": r"\b(podr(?:á|án|ía|ían|íamos)|quizás?|tal vez|posiblemente|a lo mejor|de vez en cuando)\b",
    "fr": r"\b(pourr(?:ait|aient|ons|ions|ez|ont)|peut-être|éventuellement|le cas échéant|parfois)\b",
    "ja": r"かもしれ|場合があり|可能性があ|ことがあり|おそらく|など(?!が)",
    "ar": r"(?<!\w)(قد|ربما|يمكن أن|من المحتمل|أحيانا|أحيانًا)(?!\w)",
}
LEANING = {
    "en": r"!|\b(please|sorry|great|better|best|help us|thank|miss out|lose|unfortunately|recommended|easy|just|simply)\b",
    "de": r"!|\b(bitte|leider|toll|besser|beste|helfen|danke|verpassen|verlieren|empfohlen|einfach|schade)\b",
    "es": r"[!¡]|\b(por favor|lamentablemente|genial|mejor(?:ar|es)?|ayúd\w+|"
    r"gracias|pierd\w+|perder|recomendad[oa]|fácil|simplemente)\b",
    "fr": r"!|\b(s['’]il vous plaît|malheureusement|génial|meilleure?s?|"
    r"mieux|aide[rz]\w*|merci|rate[rz]|perd\w+|recommandée?|facile\w*|simplement)\b",
    "ja": r"[！!]|ください|残念|素晴らし|より良|ぜひ|ありがとう|お願い|おすすめ|簡単|便利",
    "ar": r"!|(?<!\w)(من فضلك|رجاء|رجاءً|للأسف|رائع|أفضل|ساعدنا|شكرا|شكرًا|ستخسر|تخسر|ننصح|سهل|فقط)(?!\w)",
}
HURRY = {
    "en": r"\b(hurry|last chance|only today|act now|ends soon|running out|before it is too late)\b",
    "de": r"\b(beeilen|letzte chance|nur heute|jetzt handeln|endet bald|bevor es zu spät)\b",
    "es": r"\b(dese prisa|última oportunidad|solo hoy|actúe ya|termina pronto)\b",
    "fr": r"\b(dépêchez|dernière chance|seulement aujourd|agissez|bientôt terminé)",
    "ja": r"急いで|今だけ|最後のチャンス|まもなく終了|残りわずか",
    "ar": r"أسرع|الفرصة الأخيرة|اليوم وحسب|تصرف الآن|ينتهي قريبا",
}
IMPROVE = {
    "en": r"\b(improv\w+|enhanc\w+|better service)\b", "de": r"verbesser\w*|optimier\w*", "es": r"\bmejor(?:ar|a|amos)\b",
    "fr": r"amélior\w+", "ja": r"改善|向上", "ar": r"تحسين|تطوير",
}  # fmt: skip
NAMED = {
    "en": r"\btrain\w*|review\w*|research\w*|analy\w+", "de": r"train\w*|prüf\w*|forsch\w*|analy\w*",
    "es": r"entren\w*|revis\w*|investig\w*|anal\w*", "fr": r"entraîn\w*|relire|relect\w*|recherch\w*|analy\w*",
    "ja": r"学習|訓練|確認|研究|分析", "ar": r"تدريب|مراجعة|بحث|تحليل",
}  # fmt: skip
"""A purpose that says what is done, beside which a word like `improve` is no longer the only thing said."""
NEGATIONS = {
    "en": r"\b(not|no|never|don't|without|un\w+able)\b",
    "de": r"\b(nicht|kein\w*|nie|ohne)\b",
    "es": r"\b(no|nunca|sin|ningun[oa]s?|ningún)\b",
    "fr": r"\b(ne|n['’]|jamais|sans|aucune?)(?:\b|(?<=['’]))",
    "ja": r"ない|ません|なく|ず(?=に)",
    "ar": r"(?<!\w)(لا|لن|لم|ليس|بدون|دون|أبدا|أبدًا)(?!\w)",
}
BARE = {
    *("accept", "continue", "ok", "okay", "got it", "yes", "no", "on", "off", "agree", "next", "close"),
    *("akzeptieren", "weiter", "verstanden", "ja", "nein", "an", "aus", "einverstanden", "schließen"),
    *("aceptar", "continuar", "sí", "si", "vale", "de acuerdo", "entendido", "cerrar"),
    *("accepter", "continuer", "oui", "non", "d'accord", "d’accord", "compris", "fermer"),
    *("はい", "いいえ", "同意する", "続ける", "了解", "閉じる", "オン", "オフ"),
    *("نعم", "لا", "موافق", "متابعة", "حسنا", "حسنًا", "إغلاق"),
}
"""Labels that name no act."""
_STOPS = {
    "en": {"the", "and", "you", "your", "we", "on", "is", "not", "for", "this", "them", "to", "of", "it", "any", "with"},
    "de": {"die", "der", "und", "sie", "ihre", "wir", "ist", "nicht", "das", "mit", "bis", "zu", "auf", "ein", "zum", "sonst"},
    "es": {"los", "las", "el", "y", "sus", "su", "para", "que", "con", "una", "del", "por", "al", "usted", "después", "hasta"},
    "fr": {"les", "et", "vos", "votre", "nous", "vous", "pour", "des", "est", "une", "du", "avec", "dans", "après", "aucun", "ne"},
}
_WORD = re.compile(r"[^\W\d_]+")


def hit(lexicon: dict[str, str], language: str, text: str) -> str:
    """Return the first thing in *text* that *lexicon* lists for *language*, or nothing; where a language has no list, nothing.

    >>> hit(VAGUE, "en", "We may use it.")
    'may'
    """
    found = re.search(lexicon[tag], text, re.IGNORECASE) if (tag := main(language)) in lexicon else None
    return found.group() if found else ""


def negations(text: str, language: str) -> int:
    """Return how many words of *text* negate."""
    return len(re.findall(NEGATIONS[tag], text, re.IGNORECASE)) if (tag := main(language)) in NEGATIONS else 0


def main(language: str) -> str:
    """Return the main language of a tag: `de` of `de-AT`."""
    return language.split("-", maxsplit=1)[0].lower()


def tongue(text: str) -> str:
    """Return the language *text* is in, or nothing where it is too short to tell.

    >>> tongue("We train on them and keep them for up to 5 years."), tongue("Example Chat")
    ('en', '')
    """
    letters = [sign for sign in text if sign.isalpha()]
    if not letters:
        return ""
    if any("\u3041" <= sign <= "\u30ff" for sign in letters):
        return "ja"
    if sum("\u0600" <= sign <= "\u06ff" for sign in letters) > len(letters) / 2:
        return "ar"
    words = [word.lower() for word in _WORD.findall(text)]
    told = {tag: sum(word in stops for word in words) for tag, stops in _STOPS.items()}
    best, second = sorted(told.values(), reverse=True)[:2]
    return max(told, key=lambda tag: told[tag]) if best >= 2 and best > second else ""


def acts(allow: str, refuse: str) -> tuple[str, str]:
    """Return what sets two labels apart: the words of each that the other lacks.

    >>> acts("Allow training", "Refuse training"), acts("学習を許可する", "学習を拒否する")
    (('allow', 'refuse'), ('許可', '拒否'))
    """
    one, other = allow.lower(), refuse.lower()
    if " " in one.strip() or " " in other.strip():
        ours, theirs = one.split(), other.split()
        return (
            " ".join(word for word in ours if word not in theirs),
            " ".join(word for word in theirs if word not in ours),
        )
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


def asked(act: str, question: str) -> bool:
    """Return whether the words of *act* stand in *question*, each by its beginning; endings may differ.

    >>> asked("use", "Use or leave out the chats?"), asked("keep my account poor", "Do you allow or refuse?")
    (True, False)
    """
    text = question.lower()
    stems = [re.sub("^ال", "", word)[: max(2, min(5, len(word) - 1 if len(word) > 3 else len(word)))] for word in act.split()]
    return bool(stems) and any(stem in text for stem in stems if len(stem) > 1)
