"""The composition speaks the language of the film."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Say = Callable[..., list[str]]


def film(language: str, **words: str) -> str:
    return f"""
{language}
defaults: {{audio: true}}
characters: {{{words["who"]}: {{description: "{words["old"]}"}}}}
props: {{{words["what"]}: {{description: "{words["brass"]}"}}}}
locations: {{cala: {{description: "{words["rocks"]}"}}}}
scenes:
  - location: cala
    shots:
      - duration: 10s
        prompt: "@{{{words["who"]}}}{words["climbs"]}"
        cast: [{words["what"]}]
        camera: "{words["push"]}"
        light: "{words["dim"]}"
        sound: "{words["surf"]}"
        dialogue:
          - {words["who"]}: {{line: "{words["hello"]}", tone: "{words["low"]}"}}
          - {words["what"]}: {{line: "{words["hello"]}", off: true}}
        narration: "{words["ago"]}"
"""


CHINESE = {
    "who": "玛拉", "what": "灯", "old": "一位老人", "brass": "一盏铜灯", "rocks": "黑色礁石的海湾",
    "climbs": "爬上台阶", "push": "慢推", "dim": "昏暗", "surf": "海浪声", "hello": "你好",
    "low": "低声", "ago": "很久以前。",
}  # fmt: skip
JAPANESE = {
    "who": "マラ", "what": "ランプ", "old": "老いた灯台守", "brass": "真鍮のランプ",
    "rocks": "黒い岩の入り江", "climbs": "が階段を登る", "push": "ゆっくり前進", "dim": "薄暗い",
    "surf": "波の音", "hello": "こんにちは", "low": "小声で", "ago": "昔のこと。",
}  # fmt: skip
SPANISH = {
    "who": "mara", "what": "farol", "old": "una anciana", "brass": "un farol de latón",
    "rocks": "una cala de rocas negras", "climbs": " sube", "push": "avance lento", "dim": "tenue",
    "surf": "olas", "hello": "Hola.", "low": "en voz baja", "ago": "Hace mucho.",
}  # fmt: skip

IN_CHINESE = (
    "慢推。场景：黑色礁石的海湾。灯：一盏铜灯。玛拉：一位老人。画面中有灯。玛拉爬上台阶。"
    '[玛拉，低声]: "你好" 紧接着，[灯，画外音]: "你好" 紧接着，[旁白，画外音]: "很久以前。" '
    "光线：昏暗。声音：海浪声。"
)
IN_JAPANESE = (
    "ゆっくり前進。場所：黒い岩の入り江。ランプ：真鍮のランプ。マラ：老いた灯台守。画面にはランプ。"
    'マラが階段を登る。[マラ、小声で]: "こんにちは" すぐに、[ランプ、画面外]: "こんにちは" '
    'すぐに、[ナレーター、画面外]: "昔のこと。" 照明：薄暗い。音響：波の音。'
)
IN_SPANISH = (
    "Avance lento. Lugar: una cala de rocas negras. Farol: un farol de latón. Mara: una anciana. "
    'Con farol. Mara sube. [Mara, en voz baja]: "Hola." De inmediato, [farol, fuera de campo]: '
    '"Hola." De inmediato, [Narrador, fuera de campo]: "Hace mucho." Luz: tenue. Sonido: olas.'
)


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        ("", CHINESE, IN_CHINESE),
        ("language: zh-CN", CHINESE, IN_CHINESE),
        ("", JAPANESE, IN_JAPANESE),
        ("language: ja", JAPANESE, IN_JAPANESE),
        ("language: es-AR", SPANISH, IN_SPANISH),
    ],
    ids=["zh-by-script", "zh", "ja-by-script", "ja", "es"],
)
def test_labels_and_stops_are_those_of_the_language(
    language: str, words: dict[str, str], said: str, say: Say
) -> None:
    assert say(film(language, **words)) == [said]


def test_the_language_that_is_given_counts_before_the_script(say: Say) -> None:
    assert say("language: es\nscenes: [{shots: [{prompt: 下雨, light: 昏暗}]}]\n") == [
        "下雨。 Luz: 昏暗。"
    ]


def test_each_shot_speaks_by_its_own_script_where_no_language_is_given(say: Say) -> None:
    assert say("""
scenes:
  - shots:
      - {prompt: 下雨, light: 昏暗}
      - {prompt: It rains, light: dim}
""") == ["下雨。光线：昏暗。", "It rains. Light: dim."]
