"""What stands between the braces of FIND: words, phrases, wildcards and operators, and what they match.

Words match whole words without regard to case; nicknames, word stems and spelling, which a real search knows, are not
built. A word with punctuation inside (an e-mail address) matches its parts in order.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from local.salesforce_org.errors import ApiError
from local.salesforce_org.query.soql_text import stand_in_limit

MAX_TERM = 10_000  # characters; longer finds nothing
_MAX_WITH_OPERATORS = 4_000  # characters
_SHORTEST = 2  # characters
_RESERVED = frozenset("?&|!{}[]()^~*:\\\"'+-")
_TOKEN = re.compile(r"\s+|[()]|\"(?:[^\"\\]|\\.)*\"|(?:[^\s()\"\\]|\\.)+|.", re.DOTALL)
_PART = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Words:
    """Parts that must follow each other: regular expressions over lower-case words, and over the digits of a phone."""

    parts: tuple[str, ...]
    digits: str | None


@dataclass(frozen=True)
class Every:
    terms: tuple["Term", ...]
    but_not: "Term | None" = None


@dataclass(frozen=True)
class Either:
    terms: tuple["Term", ...]


type Term = Words | Every | Either


@dataclass(frozen=True)
class Text:
    """One field of a record as the index has it."""

    words: tuple[str, ...]
    digits: str | None


def indexed(text: str, *, is_phone: bool) -> Text:
    digits = re.sub(r"\D", "", text) if is_phone else None
    return Text(tuple(_PART.findall(text.lower())), digits or None)


def matches(term: Term, texts: Sequence[Text]) -> bool:
    """Each word may stand in another field."""
    match term:
        case Words():
            return any(_stands_in(term, text) for text in texts)
        case Every(terms, but_not):
            unwanted = but_not is not None and matches(but_not, texts)
            return not unwanted and all(matches(each, texts) for each in terms)
        case Either(terms):
            return any(matches(each, texts) for each in terms)


def _stands_in(words: Words, text: Text) -> bool:
    # That punctuation in a phone number does not count is a guess.
    if words.digits is not None and text.digits is not None and re.fullmatch(words.digits, text.digits):
        return True
    size = len(words.parts)
    return any(
        all(re.fullmatch(part, word) for part, word in zip(words.parts, text.words[start:], strict=False))
        for start in range(len(text.words) - size + 1)
    )


def malformed_search(message: str) -> ApiError:
    """The code is documented; the wording of most messages is a guess."""
    return ApiError(400, "MALFORMED_SEARCH", message)


def parse_term(text: str) -> Term | None:
    """None for what is too long to find anything. Raises MALFORMED_SEARCH or INVALID_SEARCH."""
    if len(text) > MAX_TERM:
        return None
    if len(text) > _MAX_WITH_OPERATORS:
        raise stand_in_limit("search terms so long that operators are ignored")
    if len(re.sub(r"[\s*?\"()\\]", "", text)) < _SHORTEST:
        raise ApiError(400, "INVALID_SEARCH", f"search term must be longer than one character: {text.strip()}")
    tokens = [token for token in _TOKEN.findall(text) if not token.isspace()]
    reader = _Reader(tokens)
    term = reader.either()
    if reader.peek():
        raise malformed_search(f"unexpected token: '{reader.peek()}'")
    return term


class _Reader:
    """Parentheses bind first, then AND and AND NOT, then OR; words side by side are joined by AND."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens

    def peek(self) -> str:
        """The next token in lower case; nothing at the end."""
        return self._tokens[0].lower() if self._tokens else ""

    def either(self) -> Term:
        terms = [self._every()]
        while self._takes("or"):
            terms.append(self._every())
        return terms[0] if len(terms) == 1 else Either(tuple(terms))

    def _every(self) -> Term:
        terms = [self._one()]
        while self.peek() not in {"", ")", "or"}:
            if self._takes("and") and self._takes("not"):
                but_not = self._one()
                if self.peek() not in {"", ")", "or"}:
                    # Read from right to left, as documented, this is not what it looks like.
                    raise stand_in_limit("anything after AND NOT in a search term, without parentheses")
                return Every(tuple(terms), but_not)
            terms.append(self._one())
        return terms[0] if len(terms) == 1 else Every(tuple(terms))

    def _one(self) -> Term:
        if self.peek() in {"", "and", "or", "not", ")"}:
            raise malformed_search(f"unexpected token: '{self.peek() or '<EOF>'}'")
        if self._takes("("):
            inner = self.either()
            if not self._takes(")"):
                raise malformed_search(f"unexpected token: '{self.peek() or '<EOF>'}'")
            return inner
        token = self._tokens.pop(0)
        if token.startswith('"'):
            if len(token) < 2:
                raise malformed_search("unexpected token: '\"'")
            return _words(token[1:-1], quoted=True)
        return _words(token, quoted=False)

    def _takes(self, word: str) -> bool:
        if self.peek() != word:
            return False
        self._tokens.pop(0)
        return True


def _words(text: str, *, quoted: bool) -> Words:
    """Unescapes; the wildcards * and ? stand at the end or inside of a word."""
    pieces: list[tuple[str, bool]] = []  # (a character, whether it is a wildcard)
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            escaped = text[position + 1 : position + 2]
            if escaped not in _RESERVED or not escaped:
                raise malformed_search(f"unexpected token: '\\{escaped}'")
            pieces.append((escaped, False))
            position += 2
            continue
        if character in _RESERVED and (quoted or character not in "*?"):
            raise malformed_search(f"unexpected token: '{character}'")
        pieces.append((character, character in "*?"))
        position += 1
    if pieces and pieces[0][1]:
        raise stand_in_limit("wildcards at the start of a search term")
    parts = _regexes(pieces)
    if not parts:
        raise stand_in_limit("punctuation alone as a search term")
    plain = "".join(character for character, _ in pieces)
    is_number = re.search(r"\d", plain) is not None and re.search(r"[^\W\d_]", plain) is None
    digits = "".join(_wild(each, r"\d") for each in pieces if each[1] or each[0].isdigit()) if is_number else None
    return Words(parts, digits)


def _regexes(pieces: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    """One regular expression for each stretch of letters, digits and wildcards."""
    parts, current = [], ""
    for piece in [*pieces, (" ", False)]:
        character, is_wild = piece
        if is_wild or _PART.fullmatch(character):
            current += _wild(piece, r"[^\W_]")
        elif current:
            parts.append(current)
            current = ""
    return tuple(parts)


def _wild(piece: tuple[str, bool], character_class: str) -> str:
    character, is_wild = piece
    if not is_wild:
        return re.escape(character.lower())
    return character_class + ("*" if character == "*" else "")
