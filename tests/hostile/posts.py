"""Posts to the routes that take answers: a visitor's, a server's or form tool's, and a generated page's."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Final
from urllib.parse import parse_qsl

from local.intake_keys import WEBHOOKS
from shared.form.definition import META_FIELDS, Form
from shared.form.field import FieldType
from shared.form.sources import Kind, Scheme, Source
from shared.webhooks.proving import proof
from shared.webhooks.verifying import usable_keys
from tests.builders import CONTACT, NOW
from tests.hostile.bodies import ENCODINGS, Body, Meaning, Pairs, gathered, spoilt
from tests.hostile.setting import OIDS, PAGE_NAMES, hostile_forms
from tests.hostile.texts import NAMES, ODD, SMALL
from tests.unit.intake_desk import ORIGIN

_TRUE: Final = ("on", "yes", "1", "true", "ja")
_WORDS: Final = ("Sanne", "de Vries", "O'Brien", "Nguyễn", "Hebben jullie ook bakfietsen in het geel?")
_GOOD: Final[Mapping[FieldType, Sequence[str]]] = {
    FieldType.EMAIL: (str(CONTACT["email"]), "sanne.de-vries+web@example.co.uk"),
    FieldType.PHONE: ("030-2345679", "+31 6 12345678", "0031612345678"),
    FieldType.COUNTRY: ("NL", "België", "Germany"),
    FieldType.INTEGER: ("1", "2", "+3", "40"),
    FieldType.DATE: ("2026-12-01",),
    FieldType.BOOLEAN: _TRUE,
}


@dataclass(frozen=True, slots=True)
class Posted:
    """`kept`: what the row has to hold if this is acknowledged; None where nobody can say. `texts`: all that was typed.
    `has_proof`: False for a server's post that no source has signed."""

    form: Form
    body: Body
    headers: dict[str, str]
    query: dict[str, str]
    kept: Meaning | None
    texts: tuple[str, ...]
    has_proof: bool = True
    source: str = ""


def answers(rng: Random, form: Form) -> Pairs:
    """Good answers, of which some are made odd; half the time also doubled, dropped or followed by others."""
    is_wild = rng.random() < 0.5
    sent = [(one.name, _good(rng, one.type, [choice.value for choice in one.choices])) for one in form.fields]
    if form.consent:
        sent.append((form.consent.field, rng.choice(_TRUE)))
    if form.spam.captcha and rng.random() < 0.8:
        sent.append(("cf-turnstile-response", "0.token"))
    odd = 0.15 if is_wild else 0.05
    free = {one.name for one in form.fields if one.type in {FieldType.TEXT, FieldType.NAME, FieldType.TEXTAREA}}
    sent = [
        (name, rng.choice(ODD if is_wild else SMALL) if rng.random() < (4 * odd if name in free else odd) else text)
        for name, text in sent
        if rng.random() > (0.08 if is_wild else 0.01)
    ]
    if is_wild:
        known = sorted(form.input_names)
        sent += [(rng.choice([*known, *NAMES]), rng.choice(ODD)) for _ in range(rng.choice([0, 0, 1, 3, 12]))]
    if rng.random() < 0.002:
        sent += [(f"x{number}", "y") for number in range(rng.choice([150, 5_000]))]
    return sent


def _good(rng: Random, kind: FieldType, choices: Sequence[str]) -> str:
    return rng.choice(choices or _GOOD.get(kind, _WORDS))


def visitors(rng: Random, encoding: str) -> Posted:
    form = rng.choice(list(hostile_forms().values()))
    pairs = answers(rng, form)
    body = _spoilt_at_times(rng, ENCODINGS[encoding](rng, pairs))
    return Posted(form, body, {}, {}, kept_of(form, body.means), _texts(pairs))


def kept_of(form: Form, means: Meaning | None) -> Meaning | None:
    if means is None:
        return None
    kept = form.input_names - META_FIELDS
    return {name: texts for name, texts in means.items() if name in kept}


def pages(rng: Random, encoding: str) -> Posted:
    """As a generated page posts, with its own ids and controls."""
    form = hostile_forms()[rng.choice(list(OIDS))]
    theirs = PAGE_NAMES[form.id]
    plain = answers(rng, form)
    pairs = [(theirs.get(name, name), text) for name, text in plain]
    is_sure = rng.random() > 0.06
    oid = OIDS[form.id] if is_sure else rng.choice([*SMALL, *OIDS.values()])
    pairs += [("oid", oid)] if rng.random() > 0.02 else []
    pairs += [("retURL", rng.choice([f"{ORIGIN}/nl/bedankt", f"{ORIGIN}@evil.example/", *SMALL]))]
    if form.id == "test-ride":
        pairs.append(("lead_source", "Ride" if is_sure else rng.choice(["Ride", *SMALL])))
    for name, likely in (("encoding", "UTF-8"), ("debug", "1"), ("debugEmail", "a@example.com"), ("submit", "Submit")):
        if rng.random() < 0.15:
            pairs.append((name, likely if rng.random() < 0.5 else rng.choice(SMALL)))
    rng.shuffle(pairs)
    body = _spoilt_at_times(rng, ENCODINGS[encoding](rng, pairs))
    query = {"form": rng.choice([form.id, form.id, *SMALL])} if rng.random() < 0.15 else {}
    # What chooses the form may have been made odd, or be there twice.
    is_sure = is_sure and not (body.means and form.id == "test-ride" and body.means.get("lead_source") != ["Ride"])
    kept = _kept_of_page(form, body.means) if is_sure else None
    return Posted(form, body, {}, query, kept, _texts(plain))


def _kept_of_page(form: Form, means: Meaning | None) -> Meaning | None:
    """A name of ours and theirs for one answer add up. Dates and lists may be rewritten, so they count as unsure."""
    ours = {their: our for our, their in PAGE_NAMES[form.id].items()}
    kept: Meaning = {}
    for name, texts in (means or {}).items():
        our = ours.get(name, ours.get(name[:15], name))
        before = kept.get(our, [])
        kept[our] = None if before is None or texts is None else [*before, *texts]
    unsure = {one.name for one in form.fields if one.type in {FieldType.DATE, FieldType.CHOICES}}
    kept |= dict.fromkeys(unsure & kept.keys())
    return None if means is None else kept_of(form, kept)


# --- servers and form tools ----------------------------------------------------------------------------------------


def servers(rng: Random, encoding: str, *, has_proof: bool) -> Posted:
    form = hostile_forms()["contact"]
    name = rng.choice(list(form.sources))
    source = form.sources[name]
    pairs = [(one, text) for one, text in answers(rng, form) if one in form.answer_names]
    body, kept = _told_by(rng, source, pairs, encoding)
    spoiled = _spoilt_at_times(rng, body)
    kept = kept if spoiled is body else None
    headers, query = _proof(rng, source, name, spoiled.content, has_proof=has_proof)
    return Posted(form, spoiled, headers, query, kept, _texts(pairs), has_proof, name)


def _told_by(rng: Random, source: Source, pairs: Pairs, encoding: str) -> tuple[Body, Meaning | None]:
    form = hostile_forms()["contact"]
    if source.kind is Kind.SIGNED:
        body = ENCODINGS[encoding](rng, pairs)
        means = {name: texts if texts and len(texts) == 1 else None for name, texts in (body.means or {}).items()}
        return body, kept_of(form, means) if body.means is not None else None
    told = dict(pairs)
    theirs = {ours: their for their, ours in source.fields.items() if ours in told and their != "bikes"}
    kept: Meaning = {ours: [told[ours]] for ours in theirs}
    if source.kind is Kind.GRAVITY_FORMS:
        kept |= {ours: None for ours in kept if told[ours].startswith("[")}  # a list, in the way of Gravity Forms
    fields, wrapped = _payload(source.kind, {theirs[ours]: told[ours] for ours in theirs}, rng)
    if rng.random() < 0.1:
        return _json_body(_wrecked(rng, wrapped)), None
    if fields is None or encoding == "json":
        return _json_body(wrapped), kept
    body = ENCODINGS[encoding](rng, list(fields.items()))
    same = body.means is not None and body.means == gathered(list(fields.items()))
    return body, kept if same else None


def right_payload(name: str, number: int) -> Any:
    """As JSON, what a source of the contact form sends of answers that are right. Each `number` is a submission."""
    source = hostile_forms()["contact"].sources[name]
    told = {ours: str(answer) for ours, answer in {**CONTACT, "consent": "yes"}.items()}
    if source.kind is Kind.SIGNED:
        return told
    named = {their: told[ours] for their, ours in source.fields.items() if ours in told}
    return _payload(source.kind, named, Random(number))[1]  # noqa: S311 (it has to be the same each time)


def _json_body(content: Any) -> Body:
    return Body("json", "application/json", json.dumps(content).encode(), None)


def _payload(kind: Kind, told: dict[str, str], rng: Random) -> tuple[dict[str, str] | None, Any]:
    """As fields of a form where the tool can send one, and as JSON."""
    number = f"{rng.getrandbits(60)}"
    match kind:
        case Kind.TYPEFORM:
            named = [(name, text) for name, text in told.items() if not name.startswith("hidden.")]
            listed = [{"type": "text", "text": text, "field": {"id": name, "ref": name}} for name, text in named]
            return None, {
                "event_type": "form_response",
                "form_response": {"token": number, "answers": listed, "hidden": {}},
            }
        case Kind.WEBFLOW:
            return None, {"triggerType": "form_submission", "payload": {"id": number, "data": told}}
        case Kind.JOTFORM:
            raw: dict[str, Any] = {"q3_name": {}}
            for place, (name, text) in enumerate(told.items(), 4):
                whole, dot, part = name.partition(".")
                written = html.escape(text).replace("&#x27;", "&#039;")
                if dot:
                    raw[f"q3_{whole}"][part] = written
                else:
                    raw[f"q{place}_{name}"] = written
            fields = {"formID": "7", "submissionID": number, "rawRequest": json.dumps(raw)}
            return fields, fields
        case Kind.ELEMENTOR:
            fields = {f"fields[{name}][value]": text for name, text in told.items() if "." not in name}
            fields |= {f"fields[{name}][title]": "A title" for name in told if "." not in name}
            return fields, fields
        case _:
            fields = {"id": number, "form_id": "1", "date_created": "2026-11-30 12:00:00", **told}
            return fields, fields


def _wrecked(rng: Random, content: Any, depth: int = 0) -> Any:
    """One place of it becomes something else."""
    if isinstance(content, dict) and content and (depth == 0 or rng.random() < 0.7):
        name = rng.choice(list(content))
        return {**content, name: _wrecked(rng, content[name], depth + 1)}
    if isinstance(content, list) and content and rng.random() < 0.7:
        return [_wrecked(rng, content[0], depth + 1), *content[1:]]
    deep: Any = "x"
    for _ in range(rng.choice([3, 30, 300])):
        deep = rng.choice([[deep], {rng.choice(NAMES): deep}])
    return rng.choice([None, True, 0, -1.5, 10**350, "", [], {}, [[]], [None], rng.choice(ODD), deep, [content] * 3])


def _proof(
    rng: Random, source: Source, name: str, content: bytes, *, has_proof: bool
) -> tuple[dict[str, str], dict[str, str]]:
    key = usable_keys(source.scheme, WEBHOOKS[name])[0]
    message_id = f"msg_{rng.getrandbits(60)}"
    is_late = not has_proof and source.scheme in {Scheme.STANDARD, Scheme.WEBFLOW} and rng.random() < 0.3
    moment = NOW + timedelta(seconds=rng.choice([-301, 301, -86_400])) if is_late else NOW
    headers, query = proof(source.scheme, name, key, message_id=message_id, body=content, now=moment)
    asked = dict(parse_qsl(query))
    if rng.random() < 0.5:
        headers["webhook-source"] = asked.pop("webhook-source")
    if has_proof or is_late:
        return headers, asked
    proofs = [one for one in headers if one.lower().endswith(("signature", "timestamp"))]
    if source.scheme is Scheme.TOKEN:
        asked["webhook-token"] = rng.choice([*SMALL, asked["webhook-token"][:-1]])
    else:
        wrong = rng.choice([*SMALL, headers[proofs[-1]][:-2], "v1," + "A" * 44, "v1, v1 ,v1", "1e9", "9" * 15])
        headers[rng.choice(proofs)] = wrong
    if rng.random() < 0.1:
        headers["webhook-source"] = rng.choice(ODD)[:200]
    return headers, asked


def _spoilt_at_times(rng: Random, body: Body) -> Body:
    return spoilt(rng, body) if rng.random() < 0.1 else body


def _texts(pairs: Pairs) -> tuple[str, ...]:
    return tuple(text for _, text in pairs)
