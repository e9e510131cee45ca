"""A voice of Azure AI Speech for each of the 66 languages that has one there.

Used by `azure`. Source: Microsoft, "Language and voice support for the Speech service", from general
knowledge; the service says at once when a name is wrong, and then the next engine speaks.
"""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["AZURE_VOICES"]

AZURE_VOICES = MappingProxyType({
    "af": "af-ZA-AdriNeural", "am": "am-ET-MekdesNeural", "ar": "ar-SA-ZariyahNeural",
    "az": "az-AZ-BanuNeural", "bg": "bg-BG-KalinaNeural", "bn": "bn-BD-NabanitaNeural",
    "ca": "ca-ES-JoanaNeural", "cs": "cs-CZ-VlastaNeural", "da": "da-DK-ChristelNeural",
    "de": "de-DE-KatjaNeural", "el": "el-GR-AthinaNeural", "en": "en-US-JennyNeural",
    "es": "es-ES-ElviraNeural", "et": "et-EE-AnuNeural", "fa": "fa-IR-DilaraNeural",
    "fi": "fi-FI-SelmaNeural", "fil": "fil-PH-BlessicaNeural", "fr": "fr-FR-DeniseNeural",
    "ga": "ga-IE-OrlaNeural", "gu": "gu-IN-DhwaniNeural", "he": "he-IL-HilaNeural",
    "hi": "hi-IN-SwaraNeural", "hr": "hr-HR-GabrijelaNeural", "hu": "hu-HU-NoemiNeural",
    "hy": "hy-AM-AnahitNeural", "id": "id-ID-GadisNeural", "is": "is-IS-GudrunNeural",
    "it": "it-IT-ElsaNeural", "ja": "ja-JP-NanamiNeural", "ka": "ka-GE-EkaNeural",
    "kk": "kk-KZ-AigulNeural", "km": "km-KH-SreymomNeural", "kn": "kn-IN-SapnaNeural",
    "ko": "ko-KR-SunHiNeural", "lt": "lt-LT-OnaNeural", "lv": "lv-LV-EveritaNeural",
    "mk": "mk-MK-MarijaNeural", "ml": "ml-IN-SobhanaNeural", "mn": "mn-MN-YesuiNeural",
    "mr": "mr-IN-AarohiNeural", "ms": "ms-MY-YasminNeural", "mt": "mt-MT-GraceNeural",
    "my": "my-MM-NilarNeural", "nb": "nb-NO-PernilleNeural", "nl": "nl-NL-FennaNeural",
    "pa": "pa-IN-VaaniNeural", "pl": "pl-PL-AgnieszkaNeural", "pt": "pt-BR-FranciscaNeural",
    "ro": "ro-RO-AlinaNeural", "ru": "ru-RU-SvetlanaNeural", "sk": "sk-SK-ViktoriaNeural",
    "sl": "sl-SI-PetraNeural", "sq": "sq-AL-AnilaNeural", "sr": "sr-RS-SophieNeural",
    "sv": "sv-SE-SofieNeural", "sw": "sw-KE-ZuriNeural", "ta": "ta-IN-PallaviNeural",
    "te": "te-IN-ShrutiNeural", "th": "th-TH-PremwadeeNeural", "tr": "tr-TR-EmelNeural",
    "uk": "uk-UA-PolinaNeural", "ur": "ur-PK-UzmaNeural", "uz": "uz-UZ-MadinaNeural",
    "vi": "vi-VN-HoaiMyNeural", "zh": "zh-CN-XiaoxiaoNeural", "zh-TW": "zh-TW-HsiaoChenNeural",
})  # fmt: skip
