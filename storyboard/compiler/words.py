"""The words with which prompts are composed, by language."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from storyboard.values.scripts import primary, script_of


class Words(Struct, frozen=True, kw_only=True):
    """The words and marks of one language.

    ``language`` is a primary subtag of BCP 47. ``{}`` stands in ``style_of`` for the tag of a
    picture and in ``with_people`` for a list of names; neither ends in a full stop. What joins two
    parts (``last_and``, ``comma``, ``colon``, ``space``) brings its own white space.
    """

    language: str
    place: str
    camera: str
    light: str
    sound: str
    style_of: str
    with_people: str
    """Says who is in the frame where the text does not name them."""
    last_and: str
    """Joins the last two parts of a list."""
    comma: str
    """Joins the other parts of a list, and a speaker with the tone."""
    link: str
    """Stands between the lines of two speakers."""
    narrator: str
    off_screen: str
    colon: str
    stop: str
    space: str
    """Stands between two sentences."""


_TABLE = (
    Words(
        language="en",
        place="Place",
        camera="Camera",
        light="Light",
        sound="Sound",
        style_of="in the style of {}",
        with_people="With {}",
        last_and=" and ",
        comma=", ",
        link="Immediately,",
        narrator="Narrator",
        off_screen="off screen",
        colon=": ",
        stop=".",
        space=" ",
    ),
    Words(
        language="zh",
        place="场景",
        camera="镜头",
        light="光线",
        sound="声音",
        style_of="采用{}的风格",
        with_people="画面中有{}",
        last_and="和",
        comma="，",
        link="紧接着，",
        narrator="旁白",
        off_screen="画外音",
        colon="：",
        stop="。",
        space="",
    ),
    Words(
        language="ja",
        place="場所",
        camera="カメラ",
        light="照明",
        sound="音響",
        style_of="{}のスタイルで",
        with_people="画面には{}",
        last_and="と",
        comma="、",
        link="すぐに、",
        narrator="ナレーター",
        off_screen="画面外",
        colon="：",
        stop="。",
        space="",
    ),
    Words(
        language="ko",
        place="장소",
        camera="카메라",
        light="조명",
        sound="음향",
        style_of="{} 스타일로",
        with_people="화면에 {}",
        last_and=" 그리고 ",
        comma=", ",
        link="곧바로,",
        narrator="내레이터",
        off_screen="화면 밖",
        colon=": ",
        stop=".",
        space=" ",
    ),
    Words(
        language="es",
        place="Lugar",
        camera="Cámara",
        light="Luz",
        sound="Sonido",
        style_of="al estilo de {}",
        with_people="Con {}",
        last_and=" y ",
        comma=", ",
        link="De inmediato,",
        narrator="Narrador",
        off_screen="fuera de campo",
        colon=": ",
        stop=".",
        space=" ",
    ),
    Words(
        language="pt",
        place="Local",
        camera="Câmera",
        light="Luz",
        sound="Som",
        style_of="no estilo de {}",
        with_people="Com {}",
        last_and=" e ",
        comma=", ",
        link="Imediatamente,",
        narrator="Narrador",
        off_screen="fora de quadro",
        colon=": ",
        stop=".",
        space=" ",
    ),
    Words(
        language="de",
        place="Ort",
        camera="Kamera",
        light="Licht",
        sound="Ton",
        style_of="im Stil von {}",
        with_people="Im Bild: {}",
        last_and=" und ",
        comma=", ",
        link="Gleich darauf",
        narrator="Erzähler",
        off_screen="aus dem Off",
        colon=": ",
        stop=".",
        space=" ",
    ),
    Words(
        language="fr",
        place="Lieu",
        camera="Caméra",
        light="Lumière",
        sound="Son",
        style_of="dans le style de {}",
        with_people="Avec {}",
        last_and=" et ",
        comma=", ",
        link="Aussitôt,",
        narrator="Narrateur",
        off_screen="hors champ",
        colon=" : ",
        stop=".",
        space=" ",
    ),
    Words(
        language="it",
        place="Luogo",
        camera="Macchina da presa",
        light="Luce",
        sound="Suono",
        style_of="nello stile di {}",
        with_people="Con {}",
        last_and=" e ",
        comma=", ",
        link="Subito dopo,",
        narrator="Narratore",
        off_screen="fuori campo",
        colon=": ",
        stop=".",
        space=" ",
    ),
    Words(
        language="hi",
        place="स्थान",
        camera="कैमरा",
        light="प्रकाश",
        sound="ध्वनि",
        style_of="{} की शैली में",
        with_people="दृश्य में {}",
        last_and=" और ",
        comma=", ",
        link="तुरंत बाद,",
        narrator="कथावाचक",
        off_screen="नेपथ्य से",
        colon=": ",
        stop="।",
        space=" ",
    ),
    Words(
        language="ru",
        place="Место действия",
        camera="Камера",
        light="Свет",
        sound="Звук",
        style_of="в стиле {}",
        with_people="В кадре: {}",
        last_and=" и ",
        comma=", ",
        link="Сразу же",
        narrator="Рассказчик",
        off_screen="за кадром",
        colon=": ",
        stop=".",
        space=" ",
    ),
    Words(
        language="ar",
        place="المكان",
        camera="الكاميرا",
        light="الإضاءة",
        sound="الصوت",
        style_of="بأسلوب {}",
        with_people="مع {}",
        last_and=" و",
        comma="، ",
        link="على الفور،",
        narrator="الراوي",
        off_screen="خارج الكادر",
        colon=": ",
        stop=".",
        space=" ",
    ),
    Words(
        language="el",
        place="Χώρος",
        camera="Κάμερα",
        light="Φωτισμός",
        sound="Ήχος",
        style_of="σε στυλ {}",
        with_people="Στο κάδρο: {}",
        last_and=" και ",
        comma=", ",
        link="Αμέσως μετά,",
        narrator="Αφηγητής",
        off_screen="εκτός κάδρου",
        colon=": ",
        stop=".",
        space=" ",
    ),
    # Thai has no full stop: a space ends its sentences.
    Words(
        language="th",
        place="สถานที่",
        camera="กล้อง",
        light="แสง",
        sound="เสียง",
        style_of="ในสไตล์ของ {}",
        with_people="ในภาพมี {}",
        last_and=" และ ",
        comma=", ",
        link="ทันทีหลังจากนั้น",
        narrator="ผู้บรรยาย",
        off_screen="นอกจอ",
        colon=": ",
        stop="",
        space=" ",
    ),
)

WORDS: dict[str, Words] = {words.language: words for words in _TABLE}
"""The words by the primary subtag of their language."""

_LANGUAGES = {
    "han": "zh",
    "kana": "zh",  # one text with Han; any kana in it makes it Japanese
    "hangul": "ko",
    "cyrillic": "ru",
    "greek": "el",
    "arabic": "ar",
    "devanagari": "hi",
    "thai": "th",
}
"""The language that stands for a script; English for all others."""

_STOPS = {
    "han": "。",
    "kana": "。",
    "devanagari": "।",
    "thai": "",
    "lao": "",
    "khmer": "",
    "myanmar": "",
}
"""The full stop of a script; ``.`` for all others."""


def language_of(text: str) -> str:
    """The language, a key of ``WORDS``, that stands for the script of most letters of a text.

    Only letters count: no digits, punctuation, combining marks or private-use characters. Of
    scripts with equally many letters, English gives way, then the one that comes first stays. A
    text without letters is English.
    """
    if text.isascii():
        return "en"
    counts: Counter[str] = Counter()
    has_kana = False
    for letter in text:
        if letter.isalpha():
            script = script_of(letter)
            has_kana = has_kana or script == "kana"
            counts[_LANGUAGES.get(script, "en")] += 1
    if not counts:
        return "en"
    language = max(counts, key=lambda each: (counts[each], each != "en"))
    return "ja" if language == "zh" and has_kana else language


def words_of(language: str | None, text: str) -> Words:
    """The words for a language tag (BCP 47); by the script of ``text`` where it is not known."""
    known = WORDS.get(primary(language)) if language else None
    return known or WORDS[language_of(text)]


def is_known(language: str) -> bool:
    """Whether a language tag (BCP 47) is one of a language with words of its own."""
    return primary(language) in WORDS


def stop_for(text: str) -> str:
    """The full stop of the script of a text's last letter; empty for scripts that use none."""
    for letter in reversed(text):
        if letter.isalpha():
            return _STOPS.get(script_of(letter), ".")
    return "."
