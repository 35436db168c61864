"""Telling languages apart, and their very common words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.common_words import COMMON_WORDS
from indexer.folding import fold
from indexer.languages import STEMMERS, detect, stopwords

# Written for this test: a few sentences such as an essay would begin with.
PASSAGES = {
    "ar": "في الصباح ذهبت إلى المدرسة مع أخي، ثم عدنا إلى البيت من الطريق الطويل.",
    "bg": "Когато се върнахме у дома, майка ми вече беше сложила масата и ни чакаше пред къщата.",
    "ca": "Quan vam arribar a casa, la mare ja havia parat la taula i ens esperava amb els veïns.",
    "cs": "Když jsme přišli domů, matka už prostřela stůl a čekala na nás se sousedy před domem.",
    "da": "Da vi kom hjem, havde mor allerede dækket bord, og hun sad og ventede på os ude i "
    "haven efter skolen. Jeg ved ikke, hvad hun tænkte, men noget var galt af en anden grund.",
    "de": "Als wir nach Hause kamen, hatte die Mutter schon den Tisch gedeckt und wartete auf uns.",
    "el": "Όταν γυρίσαμε στο σπίτι, η μητέρα είχε ήδη στρώσει το τραπέζι και μας περίμενε.",
    "en": "When we came home, mother had already laid the table and was waiting for us outside.",
    "es": "Cuando llegamos a casa, la madre ya había puesto la mesa y nos esperaba con los otros.",
    "fa": "وقتی که به خانه رسیدیم، مادر میز را چیده بود و با همسایه‌ها منتظر ما بود.",
    "fi": "Kun me tulimme kotiin, äiti oli jo kattanut pöydän ja hän odotti meitä, mutta isä ei.",
    "fr": "Quand nous sommes rentrés, la mère avait déjà mis la table et elle nous attendait.",
    "he": "כאשר חזרנו הביתה, אמא כבר ערכה את השולחן וחיכתה לנו עם השכנים.",
    "hi": "जब हम घर पहुँचे तो माँ ने मेज़ लगा दी थी और वह हमारी राह देख रही थी।",
    "hu": "Amikor hazaértünk, az anyánk már megterített, és a szomszédokkal várt ránk.",
    "it": "Quando siamo tornati a casa, la madre aveva già apparecchiato e ci aspettava con loro.",
    "ja": "家に帰ると、母はもう食卓を整えて、私たちを待っていた。",
    "km": "នៅពេលយើងមកដល់ផ្ទះ ម្តាយបានរៀបតុរួចហើយ",
    "ko": "우리가 집에 돌아왔을 때 어머니는 벌써 상을 차려 놓고 기다리고 계셨다.",
    "nl": "Toen wij thuis kwamen, had moeder de tafel al gedekt en zij zat op ons te wachten.",
    "no": "Da vi kom hjem, hadde mor allerede dekket på bordet, og hun satt ute i hagen og ventet "
    "på oss etter skolen. Jeg vet ikke hva hun tenkte, men noe var galt av en eller annen grunn.",
    "pl": "Kiedy wróciliśmy do domu, matka już nakryła do stołu i czekała na nas przed domem.",
    "pt": "Quando chegámos a casa, a mãe já tinha posto a mesa e estava à nossa espera.",
    "ro": "Când am ajuns acasă, mama pusese deja masa și ne aștepta în fața casei cu vecinii.",
    "ru": "Когда мы вернулись домой, мать уже накрыла на стол и ждала нас вместе с соседями.",
    "sv": "När vi kom hem hade mor redan dukat bordet och hon satt och väntade på oss där ute.",
    "th": "เมื่อเรากลับถึงบ้าน แม่ได้จัดโต๊ะไว้แล้ว",
    "tr": "Eve geldiğimiz zaman annem çoktan sofrayı kurmuş ve bizi çok bekliyordu.",
    "uk": "Коли ми повернулися додому, мати вже накрила на стіл і чекала нас разом із сусідами.",
    "zh": "我们回到家的时候，母亲已经摆好了桌子，正在等我们。",
}


@pytest.mark.parametrize("language", PASSAGES)
def test_a_passage_tells_its_language(language: str) -> None:
    assert detect(PASSAGES[language]) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PASSAGES["en"] * 4 + "（自由）", "en"),
        (PASSAGES["zh"] + " iPhone, Linux, Windows", "zh"),
        ("我在東京的書店看到「の」這個字，覺得很有意思。", "zh"),
        ("און ער איז געגאַנגען אין דער שול מיט זײַן ברודער", "yi"),
        ("Сва људска бића рађају се слободна и једнака", "sr"),
        ("Сите човечки суштества се раѓаат слободни, ќе рече судијата", "mk"),
        ("Усе людзі нараджаюцца свабоднымі, і ў гэтым іх сіла", "be"),
        ("جب ہم گھر پہنچے تو ماں نے میز لگا دی تھی اور وہ ہمارے لیے بیٹھی تھی", "ur"),
        ("जेव्हा आम्ही घरी आलो तेव्हा आई आणि बाबा वाट पाहत होते, ते खूश आहेत", "mr"),
        ("Khi chúng tôi về đến nhà, mẹ đã dọn bàn và đang đợi chúng tôi ở ngoài vườn", "vi"),
        ("Mẹ đã dọn".upper(), "vi"),
    ],
)
def test_neighbours_and_mixtures_are_told_apart(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    "text", ["", " \n", "12:30 – 14:00", "Mozart Beethoven Brahms", "0xda3c 0xe1 0xdc", "кот", "😀"]
)
def test_what_tells_nothing_is_of_no_language(text: str) -> None:
    assert detect(text) is None


def test_a_long_essay_is_judged_by_its_beginning_middle_and_end() -> None:
    essay = PASSAGES["en"] * 20 + PASSAGES["de"] * 2_000
    assert detect(essay) == "de"


@given(st.text())
def test_any_text_gets_a_code_or_none(text: str) -> None:
    code = detect(text)
    assert code is None or (code.isascii() and code.islower() and len(code) == 2)


LISTED = sorted(COMMON_WORDS)


@pytest.mark.parametrize("language", LISTED)
def test_common_words_are_folded_and_of_a_decent_number(language: str) -> None:
    words = stopwords(language)
    assert 100 <= len(words) <= 300
    assert all(fold(word) == word and word.isalnum() for word in words)


def test_common_words_hold_question_words_and_contractions() -> None:
    assert {"the", "what", "did", "dont", "its"} <= stopwords("en")
    assert {"l", "d", "qu", "est", "questce", "aujourdhui"} <= stopwords("fr")
    assert "uber" in stopwords("de")
    assert stopwords("nb") == stopwords("no")


def test_languages_without_a_list_have_no_common_words() -> None:
    assert stopwords("zh") == stopwords("xx") == frozenset()


def test_every_stemmer_named_is_there() -> None:
    from Stemmer import algorithms

    assert set(STEMMERS.values()) <= set(algorithms())
