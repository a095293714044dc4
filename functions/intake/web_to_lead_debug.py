"""What `debug=1` shows the owner of a Web-to-Lead page: how we read it. Nothing was stored for it.

Salesforce stores and shows. Here the page is only for forms whose file says `debug = true`, so a forgotten debug=1
on a live page loses nobody; and whoever has said so wants to try the page without filling the org.
"""

import html
from collections.abc import Iterable
from typing import Final

from functions.intake.reply import Reply, html_reply
from shared.form.definition import Form
from shared.form.texts import Language
from shared.intake.validation import check, describe
from shared.intake.web_to_lead import Translated, texts
from shared.values.cleaning import storable

_SHOWN: Final = 200
"""Characters of a name or a value."""
_STYLE: Final = (
    "<style>main{overflow-wrap:anywhere}h2{font-size:1.2rem}"
    "td,th{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0}</style>"
)
_NOTHING_STORED: Final = (
    "<p><strong>Nothing was stored, and no Lead will be made.</strong> You see this because the page posted debug=1 and"
    " the form's file says debug = true. Take both away before the page goes live.</p>"
)


def debug_page(form: Form, read: Translated) -> Reply:
    """In English: it is for the page's owner and never for a visitor."""
    language: Language = "en" if "en" in form.languages else form.languages[0]
    wrong = [f"{error.field}: {describe(form, error, language)}" for error in check(form, read.sent).errors]
    lead_fields = {field.name: field.lead_field for field in form.fields}
    understood = [
        (theirs, ours, lead_fields.get(ours, "kept beside the answers"), " | ".join(texts(read.sent[ours])))
        for theirs, ours in read.read.items()
    ]
    parts = [
        _STYLE,
        f"<h1>Form {_text(form.id)}: how this page is read</h1>",
        _NOTHING_STORED,
        "<h2>Understood</h2>",
        _table(("On the page", "Field of the form", "On the Lead", "What was sent"), understood),
        *_listed("Campaign, of the form's list", filter(None, [read.campaign])),
        *_listed("Given by the form's file; what the page says does not count", read.by_form),
        *_listed("Ignored: not on the form's map", read.ignored),
        *(
            _listed("What the rules object to: this would become a dead letter, to be mended by an operator", wrong)
            or ["<h2>Rules</h2><p>The rules object to nothing.</p>"]
        ),
    ]
    return html_reply(200, "en", f"Form {form.id}", "".join(parts))


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{_text(one)}</th>' for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _listed(title: str, items: Iterable[str]) -> list[str]:
    shown = "".join(f"<li>{_text(item)}</li>" for item in items)
    return [f"<h2>{_text(title)}</h2><ul>{shown}</ul>"] if shown else []


def _text(value: str) -> str:
    return html.escape(storable(value)[:_SHOWN])
