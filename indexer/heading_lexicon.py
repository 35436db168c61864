"""What words and marks of a short line tell: headings, letters, footers, captions, speech."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOCK = _words(
    """
    abstract acknowledgements acknowledgments afterword analysis appendix appendices background
    bibliography conclusion conclusions contents contributors copyright dedication
    discussion epilogue errata footnotes foreword glossary history implementation index
    introduction introductory limitations methods methodology motivation notes overview postscript
    preface prologue proposal rationale recommendations references resources results solution
    specification summary syllabus
    前言 序 序言 引言 导言 導言 绪论 緒論 摘要 目录 目錄 正文 结论 結論 结语 結語 后记 後記 跋
    附录 附錄
    参考文献 參考文獻 注释 註釋 总结 小结 背景 概述
    préface avant-propos sommaire résumé annexe vorwort einleitung schluss anhang zusammenfassung
    literatur inhalt prólogo introducción conclusión índice bibliografía prefazione introduzione
    conclusione предисловие введение заключение содержание
    """
)
_CONTENTS = frozenset(
    ("contents", "table of contents", "目录", "目錄", "目次", "inhalt", "sommaire", "índice")
)
_STOCK_PHRASES = frozenset(
    (
        "further reading", "next steps", "related work", "table of contents",
        "works cited", "case study", "key takeaways", "see also", "in conclusion",
        "learn more", "final thoughts", "about the author", "list of illustrations",
        "author's preface", "translator's preface", "author's note",
    )
)  # fmt: skip
SMALL = _words(
    """a an and as at but by de des du for from he her his i if in into is it la le les nor not of
    off on onto or our out over per so than that the their this to up upon via von vs we with
    without within your you et un une der die das und im el los las y en"""
)
FINITE = _words(
    """is are was were am be been has have had will would shall should can could may might must do
    does did said says say asked replied answered cried went came got made knew thought saw took
    isn't aren't wasn't weren't don't doesn't didn't can't won't couldn't wouldn't i'm it's he's
    she's that's there's we're they're you're i've we've i'll we'll"""
)
PERSONS = _words("i he she they we you it me him them us who")
QUESTION = _words(
    """what why how when where who which whose whom is are was were do does did can could should
    will would has have"""
)
SALUTATION = re.compile(
    r"(?:my )?(?:dear(?:est)?|hello|hi|hey|greetings|to whom|sir|madam|gentlemen|messieurs"
    r"|monsieur|fellow[- ]citizens"
    r"|ladies and|good (?:morning|evening|afternoon))\b|to (?:the|my|our|all) .{0,60}:$",
    re.IGNORECASE,
)
SIGN_OFF = re.compile(
    r"(?:(?:yours?|very|most|ever|with|kind|best|warm|respectfully|sincerely|faithfully|truly"
    r"|cordially|affectionately|regards|cheers|thank you|thanks|believe me"
    r"|i (?:am|remain|have the))\b.{0,60},$"
    r"|(?:yours (?:truly|sincerely|faithfully|ever|always)|(?:best|kind) (?:regards|wishes)"
    r"|sincerely|regards|cheers)[.,!]?$|—\s?the .{0,60}team$"
    r"|the end\.?$|finis\.?$|fin\.?$|（?完）?$)",
    re.IGNORECASE,
)
# For lines in lower case. Every alternative of the first begins with a sign of its own, so that
# a search looks at these places only.
_FOOTER = re.compile(
    r"sign up|subscribe|newsletter|all rights reserved|copyright \S*\s*\d|©|\(c\)|click here"
    r"|read more|share this|follow us|page \d+|terms of|privacy policy|cookie"
    r"|posted (?:by|on|in)|filed under|powered by|版权|转载|责任编辑|扫码|公众号"
)
_FOOTER_START = re.compile(r"\d+ of \d+$|tags?:|categories:|last updated|published|译者|来源")
BYLINE = re.compile(
    r"(?:by|from|author:?|von|par|por) +\S"
    r"|作者|译者|文[／/|：:]|[先秦汉漢唐宋元明清]{1,2}(?:朝|代)?[：:]",
    re.IGNORECASE,
)
INITIALS = re.compile(r"—?\s?(?:[^\W\d_]\.\s?){2,4}(?:[^\W\d_]+\.?)?")
# At the end of a line of a table of contents.
PAGE_NUMBER = re.compile(r"[\s.…·]+\d{1,4}$")
CREDIT = re.compile(
    r"(?:produced|translated|edited|written|illustrated|transcribed|compiled|prepared) by\b",
    re.IGNORECASE,
)
CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|table|photo|image|illustration|source|credit|chart|map|plate|图|圖|表|照片)"
    r"s?(?: by)?\s*[:.：\dIVX（(]|\[(?:illustration|footnote|image)",
    re.IGNORECASE,
)
_LINK = re.compile(r"\S@\S|https?:|www\.", re.IGNORECASE)
_ADDRESS = re.compile(r"\S@\S|https?:|www\.|\.(?:com|org|net|gov|io|html?)\b", re.IGNORECASE)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = re.compile(
    rf"\b{_MONTH}\s+\d|\d(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b|^\d{{4}}[-/.年]\d{{1,2}}|\b\d{{4}}\.?$",
    re.IGNORECASE,
)
_CODE_SIGN = re.compile(r"[{}=<>\\`$;(_#/]")
_CODE = re.compile(r"[{}=<>\\`$;]|\w\(|\w_\w|::|->|^[-/.\w]+\.\w{1,4}$|^[#/$]|\w/\w+/")
SENTENCES = re.compile(r"[.!?][\"'”’)]*\s+[“\"'‘(]?[^\W\d_]|[。！？]\S")
TERMINAL = re.compile(r"([.!?…。！？：:;；,，、—–-])[\"'”’»)\]」』）]*$")
OPENING = "\"“‘«「『'"
CLOSING = "\"”’»」』'"


def is_footer(text: str) -> bool:
    """Whether a line is one of those around an essay: sign up, all rights reserved."""
    # As letters are compared without their case.
    if text.isascii():
        text = text.lower()
    else:
        text = text.replace("İ", "i").lower().replace("ı", "i").replace("ſ", "s")
    return _FOOTER.search(text) is not None or _FOOTER_START.match(text) is not None


def has_link(text: str) -> bool:
    """Whether an address of mail or of a page is in a line."""
    if "@" in text or ":" in text or "www." in text.lower():
        return _LINK.search(text) is not None
    return False


def has_address(text: str) -> bool:
    """The same, or the name of a site (``example.org``)."""
    # A stop at the very end begins no name.
    if has_link(text) or "." in text[:-1]:
        return _ADDRESS.search(text) is not None
    return False


def has_date(text: str) -> bool:
    """Whether a day, a month with its year, or a year at the end is in a line."""
    return any(map(str.isdigit, text)) and _DATE.search(text) is not None


def has_code(text: str) -> bool:
    """Whether a line has signs of a program, or is a file's name."""
    if _CODE_SIGN.search(text) or "::" in text or " " not in text:
        return _CODE.search(text) is not None
    return False


def is_stock_word(word: str) -> bool:
    """Whether a heading that begins with this word is probably one of the stock ones."""
    return word.rstrip(":").lower() in _STOCK


def is_stock(text: str) -> bool:
    """Whether a heading is one of those every book and paper has (Preface, References)."""
    plain = text.rstrip(".:：").lower().replace("’", "'")
    return plain in _STOCK or plain in _STOCK_PHRASES


def is_contents(text: str) -> bool:
    """Whether a heading stands above a table of contents."""
    return text.strip().rstrip(".:：").lower() in _CONTENTS
