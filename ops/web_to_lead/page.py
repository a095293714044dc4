"""Reads a page with Web-to-Lead forms on it, as Salesforce generated them or as somebody changed them since."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit

type Kind = Literal["text", "textarea", "select", "multiple", "checkbox", "checkboxes", "hidden", "date", "datetime"]
"""A group of radio buttons is a `select`; `date` is also the text box of Salesforce's date fields."""

_SKIPPED: Final = frozenset({"submit", "button", "reset", "image", "file"})
_LINE_ENDS: Final = frozenset({"br", "p", "div", "tr", "li", "hr", "form", "fieldset", "h1", "h2", "h3"})
_DECLARED: Final = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,30})", re.IGNORECASE)
_WORDLESS: Final = frozenset({"script", "style", "datalist"})
"""What stands in them are no words of the page."""
_TAG: Final = re.compile(r"<[a-zA-Z!]")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Input:
    """One question, or a hidden constant. `label` is '' where the page has no words for it."""

    name: str
    kind: Kind
    label: str = ""
    value: str = ""
    max_length: int | None = None
    required: bool = False
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class PageForm:
    """`notes` are sentences about what could not be taken along."""

    action: str
    inputs: tuple[Input, ...]
    has_captcha: bool = False
    notes: tuple[str, ...] = ()
    date_samples: tuple[str, ...] = ()
    """What stands beside Salesforce's date fields: the day on which the page was made, as its visitors write days."""

    def constant(self, *names: str) -> str:
        """The value of a hidden input under one of these names (in lower case), or of the address in `action`."""
        query = parse_qsl(urlsplit(self.action).query) if "?" in self.action else []
        posted = [(one.name, one.value) for one in self.inputs if one.kind == "hidden"]
        return next((value.strip() for name, value in (*posted, *query) if name.lower() in names and value.strip()), "")

    @property
    def is_web_to_lead(self) -> bool:
        return "servlet.webtolead" in self.action.lower() or any(
            one.name.lower() == "oid" for one in self.inputs if one.kind == "hidden"
        )


@dataclass(frozen=True, slots=True)
class Page:
    """`language` is that of the element html, such as `nl` or `en-GB`; '' where it says none."""

    title: str
    language: str
    forms: tuple[PageForm, ...]


class NotHtmlError(Exception):
    """The file holds no HTML."""


def read_page(content: bytes) -> Page:
    """Raises NotHtmlError."""
    text = _decoded(content)
    if "\x00" in text or not _TAG.search(text):
        raise NotHtmlError
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page()


def _decoded(content: bytes) -> str:
    """What is UTF-8 is taken for that, whatever the page says; old pages are read as browsers read them."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    declared = found[1].decode("ascii").lower() if (found := _DECLARED.search(content[:4096])) else ""
    for encoding in ("utf-8-sig", "cp1252" if declared in {"", "utf-8", "iso-8859-1", "latin1"} else declared):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


# --- the parser ----------------------------------------------------------------------------------------------------


@dataclass
class _Label:
    target: str
    words: list[str] = field(default_factory=list)
    holds: list[int] = field(default_factory=list)
    """Places of the inputs inside it."""


@dataclass
class _Seen:
    """An input with the words around it, from which its label is chosen when the form is at its end."""

    input: Input
    element_id: str
    kind_of_button: str
    titled: str
    before: str
    legend: str


@dataclass
class _Form:
    action: str
    seen: list[_Seen] = field(default_factory=list)
    by_id: dict[str, str] = field(default_factory=dict)
    around: dict[int, str] = field(default_factory=dict)
    has_captcha: bool = False
    notes: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Comments are left out by the parser: Salesforce keeps its debugging lines there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._title: list[str] = []
        self._language = ""
        self._forms: list[_Form] = []
        self._form: _Form | None = None
        self._labels: list[_Label] = []
        self._line: list[str] = []
        self._legend: list[str] = []
        self._options: list[Choice] | None = None
        """Of the select that is open."""
        self._select: _Seen | None = None
        """The question that it is; None for a select that is never sent."""
        self._inside = ""
        """The element whose text is not the page's own words: title, legend, option, textarea."""
        self._date_span = ""

    def page(self) -> Page:
        self._end_form()
        return Page(_words(self._title), self._language, tuple(_finished(form) for form in self._forms))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _LINE_ENDS:
            self._line.clear()
        if self._inside == "textarea":
            return  # text that looks like a tag
        match tag:
            case "html":
                self._language = given.get("lang", "")
            case "title":
                self._inside = tag
            case _ if tag in _WORDLESS:
                self._inside = tag
            case "form":
                self._end_form()
                self._form = _Form(given.get("action", ""))
            case _ if self._form:
                self._in_form(self._form, tag, given)

    def _in_form(self, form: _Form, tag: str, given: Mapping[str, str]) -> None:
        match tag:
            case "label":
                while self._labels:
                    self._end_label(self._labels.pop())
                self._labels.append(_Label(given.get("for", "")))
            case "legend":
                self._inside, self._legend = tag, []
            case "span":
                self._span(form, given.get("class", "").split())
            case "option" if self._options is not None:
                value = "" if "disabled" in given else given.get("value")
                self._options.append(Choice("\0" if value is None else value, ""))
                self._inside = tag
            case "select" | "textarea" | "input":
                self._end_select()
                self._question(form, tag, given)
        if "g-recaptcha" in given.get("class", "").split():
            form.has_captcha = True

    def _span(self, form: _Form, classes: list[str]) -> None:
        if "dateInput" in classes:
            self._date_span = "date" if "dateOnlyInput" in classes else "datetime"
        if "dateFormat" in classes:
            form.samples.append("")
            self._inside = "span"

    def _question(self, form: _Form, tag: str, given: Mapping[str, str]) -> None:
        match tag:
            case "select":
                self._select = self._add(form, given, "multiple" if "multiple" in given else "select")
                self._options = []
            case "textarea":
                self._inside = tag
                self._add(form, given, "textarea")
            case _:
                self._input(form, given)

    def _input(self, form: _Form, given: Mapping[str, str]) -> None:
        match given.get("type", "text").strip().lower():
            case "file":
                form.notes.append("The page sends a file; files are not taken.")
            case button if button in _SKIPPED:
                pass
            case "hidden":
                self._add(form, given, "hidden")
            case "checkbox":
                self._add(form, given, "checkbox")
            case "radio":
                self._add(form, given, "select", kind_of_button="radio")
            case "date":
                self._add(form, given, "date")
            case "datetime-local":
                self._add(form, given, "datetime")
            case _:
                self._add(form, given, "datetime" if self._date_span == "datetime" else self._date_span and "date")

    def _add(self, form: _Form, given: Mapping[str, str], kind: str, *, kind_of_button: str = "") -> _Seen | None:
        """None where it is never sent: it has no name, or is disabled."""
        added = None
        name = given.get("name", "").strip()
        if name and "disabled" not in given:
            length = given.get("maxlength", "")
            seen = Input(
                name=name,
                kind=kind or "text",  # type: ignore[arg-type]  # the callers know the kinds
                value=given.get("value", ""),
                max_length=int(length) if re.fullmatch("[1-9][0-9]{0,5}", length, re.ASCII) else None,
                required="required" in given or given.get("aria-required") == "true",
            )
            titled = given.get("title", "") or given.get("aria-label", "")
            before = _words(self._line)
            for label in self._labels:
                label.holds.append(len(form.seen))
            legend = _words(self._legend)
            added = _Seen(seen, given.get("id", ""), kind_of_button, _clean(titled), before, legend)
            form.seen.append(added)
        self._line.clear()
        return added

    def handle_endtag(self, tag: str) -> None:
        if self._inside == "textarea" and tag not in {"textarea", "form"}:
            return
        if tag == self._inside:
            self._inside = ""
        match tag:
            case "form":
                self._end_form()
            case "label" if self._labels:
                self._end_label(self._labels.pop())
            case "span":
                self._date_span = ""
            case "select":
                self._end_select()
            case "fieldset":
                self._legend = []
            case _:
                pass
        if tag in _LINE_ENDS:
            self._line.clear()

    def _end_select(self) -> None:
        """Where the page forgets the end tag, browsers end it at the next question."""
        if self._options is None:
            return
        if self._select:
            self._select.input = replace(self._select.input, choices=_without_blanks(self._options))
        self._select = self._options = None
        if self._inside == "option":
            self._inside = ""

    def _end_label(self, label: _Label) -> None:
        if not self._form:
            return
        text = _words(label.words)
        if label.target:
            self._form.by_id[label.target] = text
        for place in label.holds:
            self._form.around[place] = text

    def _end_form(self) -> None:
        self._end_select()
        if self._form:
            while self._labels:
                self._end_label(self._labels.pop())
            self._forms.append(self._form)
        self._form, self._labels, self._legend, self._date_span, self._inside = None, [], [], "", ""

    def handle_data(self, data: str) -> None:
        match self._inside:
            case "title":
                self._title.append(data)
            case "legend":
                self._legend.append(data)
            case "span" if self._form:
                self._form.samples[-1] += data
            case "option" if self._options:
                self._options[-1] = replace(self._options[-1], label=self._options[-1].label + data)
            case "":
                self._line.append(data)
                for label in self._labels:
                    label.words.append(data)
            case _:
                pass


def _words(texts: list[str]) -> str:
    return _clean(" ".join(texts))


def _clean(text: str) -> str:
    """Without what only marks a question: the colon behind it, the star of a required one."""
    return " ".join(text.split()).strip("*: \u00a0").strip()


def _without_blanks(options: list[Choice]) -> tuple[Choice, ...]:
    """Salesforce's --None-- has no value. An option without the attribute has its text for a value."""
    read = [Choice(_value(one), _clean(one.label) or _value(one)) for one in options]
    return tuple({one.value: one for one in reversed(read) if one.value.strip()}.values())[::-1]


def _value(option: Choice) -> str:
    return " ".join(option.label.split()) if option.value == "\0" else option.value


# --- what a form asks ----------------------------------------------------------------------------------------------


def _finished(form: _Form) -> PageForm:
    """Inputs of one name are one question, in the order in which they begin."""
    places: dict[str, list[int]] = {}
    for place, one in enumerate(form.seen):
        places.setdefault(one.input.name, []).append(place)
    inputs = [_question(form, of_name) for of_name in places.values()]
    notes = tuple(dict.fromkeys(form.notes))
    return PageForm(form.action, tuple(inputs), form.has_captcha, notes, tuple(form.samples))


def _question(form: _Form, places: list[int]) -> Input:
    # A hidden 0 before a checkbox is how many websites post that it is not ticked.
    asked = [place for place in places if form.seen[place].input.kind != "hidden"] or places
    first = form.seen[asked[0]]
    required = any(form.seen[place].input.required for place in asked)
    if first.kind_of_button == "radio" or (first.input.kind == "checkbox" and len(asked) > 1):
        kind: Kind = "select" if first.kind_of_button == "radio" else "checkboxes"
        choices = [
            Choice(form.seen[place].input.value or "on", _own_words(form, place) or form.seen[place].input.value)
            for place in asked
        ]
        label = first.legend or first.titled or first.before
        return replace(
            first.input, kind=kind, label=label, value="", required=required, choices=_without_blanks(choices)
        )
    label = _own_words(form, asked[0]) or first.titled or first.before or first.legend
    return replace(first.input, label=label, required=required)


def _own_words(form: _Form, place: int) -> str:
    return form.by_id.get(form.seen[place].element_id, "") or form.around.get(place, "")
