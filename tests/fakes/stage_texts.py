"""What stands on the twin's stage: in English, with long words, from right to left, and without spaces."""

from __future__ import annotations

from typing import Any

__all__ = ["Texts", "texts"]

Texts = dict[str, Any]
_TEXTS: dict[str, Texts] = {
    "en": {
        "label": "AI host",
        "title": "Fjord roll-top backpack",
        "price": "€89.00",
        "was": "€109.00",
        "stock": "Only 6 left",
        "countdown": "Sale ends in",
        "coupon": "10 % off with LIVE10",
        "comment": ("Marisol", "Does it fit a 15 inch laptop, and is it waterproof?", "6 more ask this"),
        "question": "Which colour next?",
        "options": ["Ocean blue", "Forest green", "Sand"],
        "line": "It takes a fifteen inch laptop, and the roll top keeps the rain out on the "
        "longest ride home.",
        "strings": {
            "tap_for_sound": "Tap for sound",
            "slate": "We will be right back",
            "slate_more": "The show goes on in a moment.",
            "staff": "Someone from our team has taken over",
            "paused": "A short break",
            "prompt_next": "Next",
            "prompt_answer": "Answer now",
        },
    },
    "de": {
        "label": "KI-Moderation",
        "title": "Rolltop-Rucksack Fjord aus Wachstuch",
        "price": "89,00 €",
        "was": "109,00 €",
        "stock": "Nur noch 6 Stück",
        "countdown": "Angebot endet in",
        "coupon": "10 % Rabatt mit LIVE10",
        "comment": (
            "Annegret",
            "Passt ein Laptop mit 15 Zoll hinein, und ist er wasserdicht?",
            "6 weitere fragen das",
        ),
        "question": "Welche Farbe zeigen wir als Nächstes?",
        "options": ["Ozeanblau", "Waldgrün", "Sand"],
        "line": "Ein Laptop mit fünfzehn Zoll passt hinein, und der Rollverschluss hält auch auf der "
        "längsten Heimfahrt den Regen draußen.",
        "strings": {
            "tap_for_sound": "Für Ton antippen",
            "slate": "Wir sind gleich zurück",
            "slate_more": "Die Sendung geht in einem Moment weiter.",
            "staff": "Jemand aus unserem Team hat übernommen",
            "paused": "Kurze Pause",
            "prompt_next": "Danach",
            "prompt_answer": "Jetzt antworten",
        },
    },
    "ar": {
        "label": "مقدّم بالذكاء الاصطناعي",
        "title": "حقيبة ظهر فيورد بغطاء قابل للطي",
        "price": "‏89.00 €",
        "was": "‏109.00 €",
        "stock": "بقي 6 فقط",
        "countdown": "ينتهي العرض خلال",
        "coupon": "خصم 10٪ برمز LIVE10",
        "comment": ("ليلى", "هل تتسع لحاسوب 15 بوصة، وهل هي مقاومة للماء؟", "6 آخرون يسألون هذا"),
        "question": "أي لون نعرض بعد ذلك؟",
        "options": ["أزرق المحيط", "أخضر الغابة", "رملي"],
        "line": "تتسع لحاسوب بحجم خمس عشرة بوصة، والغطاء القابل للطي يحميها من المطر في أطول طريق إلى البيت.",
        "strings": {
            "tap_for_sound": "اضغط لتشغيل الصوت",
            "slate": "سنعود بعد قليل",
            "slate_more": "يستمر العرض بعد لحظات.",
            "staff": "تولّى أحد أفراد فريقنا التقديم",
            "paused": "استراحة قصيرة",
            "prompt_next": "التالي",
            "prompt_answer": "أجب الآن",
        },
    },
    "ja": {
        "label": "AIホスト",
        "title": "フィヨルド ロールトップバックパック",
        "price": "￥12,800",
        "was": "￥15,600",
        "stock": "残り6点",
        "countdown": "セール終了まで",
        "coupon": "LIVE10で10%オフ",
        "comment": ("さくら", "15インチのノートパソコンは入りますか。防水ですか。", "ほか6人も質問中"),
        "question": "次はどの色を見ますか？",
        "options": ["オーシャンブルー", "フォレストグリーン", "サンド"],
        "line": "十五インチのノートパソコンがすっぽり入り、ロールトップなので長い帰り道でも雨が入りません。"
        "軽くて、背中にぴったり合います。",
        "strings": {
            "tap_for_sound": "タップして音声を再生",
            "slate": "まもなく再開します",
            "slate_more": "番組はすぐに続きます。",
            "staff": "スタッフが対応しています",
            "paused": "少し休憩します",
            "prompt_next": "次",
            "prompt_answer": "今答える",
        },
    },
}  # fmt: skip


def texts(language: str) -> Texts:
    """What stands on the stage in a language of the twin."""
    return _TEXTS[language]
