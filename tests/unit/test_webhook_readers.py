"""What each form tool sends becomes answers under names that a form file can give, whatever the tool sends."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.form.definition import forms
from shared.form.sources import Kind, Source
from shared.webhooks import elementor, gravity_forms, jotform, typeform, webflow
from shared.webhooks.readers import READERS
from shared.webhooks.reading import Answers, NoSubmission, Reading, Unreadable, filled

CONTACT = forms()["contact"]


def named(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Every name of every answer."""
    assert isinstance(reading, Answers), reading
    return {name: answer.texts for answer in reading.answered for name in answer.names}


# --- Typeform ----------------------------------------------------------------------------------------------------


def a_response(*answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"event_type": "form_response", "form_response": {"token": "t1", "answers": list(answers), **more}}


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ({"type": "text", "text": "Laura"}, ("Laura",)),
        ({"type": "email", "email": "laura@example.com"}, ("laura@example.com",)),
        ({"type": "date", "date": "2026-11-30"}, ("2026-11-30",)),
        ({"type": "phone_number", "phone_number": "+31612345678"}, ("+31612345678",)),
        ({"type": "number", "number": 5}, ("5",)),
        ({"type": "number", "number": 5.0}, ("5",)),
        ({"type": "number", "number": 5.5}, ("5.5",)),
        ({"type": "boolean", "boolean": True}, ("true",)),
        ({"type": "boolean", "boolean": False}, ("false",)),
        ({"type": "url", "url": "https://example.com/"}, ("https://example.com/",)),
        ({"type": "file_url", "file_url": "https://api.typeform.com/x.pdf"}, ("https://api.typeform.com/x.pdf",)),
        ({"type": "choice", "choice": {"id": "x", "ref": "y", "label": "London"}}, ("London",)),
        ({"type": "choice", "choice": {"other": "Utrecht"}}, ("Utrecht",)),
        ({"type": "choices", "choices": {"ids": ["x"], "labels": ["London", "Sydney"]}}, ("London", "Sydney")),
        ({"type": "choices", "choices": {"labels": ["London"], "other": "Ede"}}, ("London", "Ede")),
        ({"type": "payment", "payment": {"amount": "1.00", "last4": "1111", "name": "L"}}, ("1.00", "1111", "L")),
        ({"type": "text"}, ()),
        ({}, ()),
    ],
)  # fmt: skip
def test_each_kind_of_typeform_answer_becomes_text(answer: dict[str, Any], texts: tuple[str, ...]) -> None:
    assert named(typeform.read(a_response({**answer, "field": {"ref": "a"}}))) == {"a": texts}


def test_a_typeform_answer_is_known_by_ref_id_and_title_also_in_a_group() -> None:
    group = {"id": "g", "title": "Wie bent u?", "properties": {"fields": [{"id": "f1", "title": "Voornaam"}]}}
    event = a_response(
        {"type": "text", "text": "Noor", "field": {"id": "f1", "ref": "first"}},
        definition={"fields": [group]},
        hidden={"utm_source": "a"},
    )
    assert named(typeform.read(event)) == {
        "first": ("Noor",), "f1": ("Noor",), "Voornaam": ("Noor",), "hidden.utm_source": ("a",),
    }  # fmt: skip


def test_a_typeform_response_has_an_id_that_a_repeat_has_too() -> None:
    reading = typeform.read({**a_response({"type": "text"}), "event_id": "another each time"})
    assert isinstance(reading, Answers)
    assert reading.submission == "t1"


def test_what_is_not_a_finished_typeform_response_is_nothing_to_keep() -> None:
    assert isinstance(typeform.read({**a_response(), "event_type": "form_response_partial"}), NoSubmission)
    assert isinstance(typeform.read(a_response()), NoSubmission)
    assert isinstance(typeform.read({"event_type": "form_response", "form_response": {"answers": None}}), NoSubmission)
    assert isinstance(typeform.read(a_response(hidden={"utm_source": " "})), NoSubmission)


# --- Gravity Forms -----------------------------------------------------------------------------------------------


def test_an_entry_of_gravity_forms_is_known_by_its_inputs() -> None:
    entry = {"id": "12", "form_id": "3", "date_created": "2026-11-30 11:09:44", "1.3": "Bram",
             "7": '["Service","Merk"]', "9.1": "Ja", "9.2": "", "10": "[geen lijst",
             "11": '{"a": 1}', "12": 5}  # fmt: skip
    reading = gravity_forms.read(entry)
    names = named(reading)
    assert (names["1.3"], names["7"], names["10"], names["12"]) == (
        ("Bram",), ("Service", "Merk"), ("[geen lijst",), ("5",),
    )  # fmt: skip
    assert names["11"] == ('{"a": 1}',)
    assert isinstance(reading, Answers)
    assert reading.submission == "12 3 2026-11-30 11:09:44"


def test_ticked_boxes_of_gravity_forms_come_together_under_the_number_of_their_field() -> None:
    quote = forms()["quote"]
    extras = next(field for field in quote.fields if field.type == "choices")
    values = [choice.value for choice in extras.choices][:2]
    source = Source(kind=Kind.GRAVITY_FORMS, fields={"5": extras.name})
    reading = gravity_forms.read({"5.1": values[0], "5.2": "", "5.3": values[1]})
    assert isinstance(reading, Answers)
    assert filled(quote, source, reading) == ({extras.name: values}, 0)


def test_selected_fields_of_gravity_forms_may_be_called_id() -> None:
    reading = gravity_forms.read({"id": "a customer's number", "email": "a@example.com"})
    assert isinstance(reading, Answers)
    assert reading.submission == ""


# --- Jotform -----------------------------------------------------------------------------------------------------


def a_jotform(**answers: Any) -> dict[str, Any]:
    return {"formID": "7", "submissionID": "385", "rawRequest": json.dumps(answers)}


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("Hoi", ("Hoi",)),
        ("", ()),
        (["A", "B"], ("A", "B")),
        ({"first": "Sjoerd", "last": "Bos"}, ("Sjoerd Bos",)),
        ({"month": "11", "day": "3", "year": "2026"}, ("2026-11-03",)),
        ({"month": "", "day": "", "year": ""}, ()),
        ({"full": "(06) 12345678"}, ("(06) 12345678",)),
        ({"area": "06", "phone": "12345678"}, ("06 12345678",)),
        ({"country": "31", "area": "6", "phone": "12345678"}, ("+31 6 12345678",)),
        ({"other": "Tandem"}, ("Tandem",)),
        ({"0": ["a", "b"], "1": ["c"]}, ("a", "b", "c")),
        ("O&#039;Brien &amp;lt; &quot;x&quot; &eacute;", ("O'Brien &lt; \"x\" &eacute;",)),
    ],
)  # fmt: skip
def test_each_kind_of_jotform_answer_becomes_text(value: Any, texts: tuple[str, ...]) -> None:
    names = named(jotform.read(a_jotform(q3_thing=value)))
    assert names["q3_thing"] == names["thing"] == names["3"] == texts


def test_parts_of_a_jotform_answer_have_names_of_their_own() -> None:
    names = named(
        jotform.read(a_jotform(q3_name={"first": "Sjoerd", "last": "O&#039;Brien"}, upload=["https://x.example/a"]))
    )
    assert names["name.first"] == ("Sjoerd",)
    assert names["q3_name.last"] == names["3.last"] == ("O'Brien",)
    assert names["upload"] == ("https://x.example/a",)


def test_a_preview_in_jotform_is_a_test() -> None:
    assert isinstance(jotform.read(a_jotform(q3_name="x", preview="true")), NoSubmission)


# --- Elementor ---------------------------------------------------------------------------------------------------


def test_elementor_s_fields_are_known_by_id_and_by_label() -> None:
    sent = {"form[id]": "9de", "fields[email][id]": "email", "fields[email][type]": "email",
            "fields[email][title]": "E-mail", "fields[email][value]": "a@example.com",
            "fields[email][raw_value]": "a@example.com", "meta[page_url][value]": "https://x.example/"}  # fmt: skip
    names = named(elementor.read(sent))
    assert names["email"] == names["E-mail"] == ("a@example.com",)
    assert names["meta.page_url"] == ("https://x.example/",)


def test_elementor_without_advanced_data_has_labels_only() -> None:
    names = named(elementor.read({"Naam": "Iris", "Ik ga akkoord": "on", "form_id": "9de", "form_name": "Contact"}))
    assert (names["Naam"], names["Ik ga akkoord"]) == (("Iris",), ("on",))


def test_what_was_ticked_in_elementor_is_kept_apart() -> None:
    sent = {"fields[x][type]": "checkbox", "fields[x][value]": "A, B, or C, D", "fields[x][raw_value][0]": "A, B, or C",
            "fields[x][raw_value][1]": "D"}  # fmt: skip
    assert named(elementor.read(sent))["x"] == ("A, B, or C", "D")
    assert named(elementor.read({**sent, "fields[x][type]": "upload"}))["x"] == ("A, B, or C, D",)


# --- Webflow -----------------------------------------------------------------------------------------------------


def test_webflow_s_fields_are_known_by_name_and_by_element() -> None:
    data = {"Name": "Lotte", "Phone": 31612345678, "Ok": True, "File": ["https://x.example/a"]}
    schema = [{"fieldName": "Name", "fieldElementId": "el-1"}]
    reading = webflow.read({"triggerType": "form_submission", "payload": {"id": "w1", "data": data, "schema": schema}})
    names = named(reading)
    assert names["Name"] == names["el-1"] == ("Lotte",)
    assert (names["Phone"], names["Ok"], names["File"]) == (("31612345678",), ("true",), ("https://x.example/a",))
    assert isinstance(reading, Answers)
    assert reading.submission == "w1"


def test_webflow_s_page_and_form_can_be_mapped_and_are_no_ignored_answers_where_they_are_not() -> None:
    payload = {"name": "Contact", "pageUrl": "https://x.example/a", "publishedPath": "/a", "pageId": "1",
               "data": {"Name": "Lotte"}}  # fmt: skip
    reading = webflow.read({"triggerType": "form_submission", "payload": payload})
    names = named(reading)
    assert (names["meta.name"], names["meta.pageUrl"], names["meta.publishedPath"]) == (
        ("Contact",), ("https://x.example/a",), ("/a",),
    )  # fmt: skip
    assert isinstance(reading, Answers)
    plain = Source(kind=Kind.WEBFLOW, fields={"Name": "last_name"})
    assert filled(CONTACT, plain, reading) == ({"last_name": "Lotte"}, 0)
    asking = Source(kind=Kind.WEBFLOW, fields={"Name": "last_name", "meta.pageUrl": "page_url"})
    assert filled(CONTACT, asking, reading) == ({"last_name": "Lotte", "page_url": "https://x.example/a"}, 0)


def test_other_events_of_webflow_are_nothing_to_keep() -> None:
    assert isinstance(webflow.read({"triggerType": "site_publish", "payload": {}}), NoSubmission)
    assert isinstance(webflow.read({"triggerType": "form_submission", "payload": {"data": {}}}), NoSubmission)


# --- the mapping -------------------------------------------------------------------------------------------------


def test_answers_of_one_field_are_put_together_as_the_field_takes_them() -> None:
    source = Source(
        kind=Kind.SIGNED,
        fields={"a": "message", "b": "message", "c": "last_name", "d": "last_name", "e": "email", "f": "email"},
        values={"message": {"1": "een"}},
    )
    reading = READERS[Kind.SIGNED](
        {"a": "1", "b": "2", "c": "van", "d": "Dam", "e": "a@example.com", "f": " ", "x": {"y": 1, "z": 2}}
    )
    assert isinstance(reading, Answers)
    assert filled(CONTACT, source, reading) == (
        {"message": "een\n2", "last_name": "van Dam", "email": "a@example.com"}, 1,
    )  # fmt: skip


# --- whatever is sent ----------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["event_type", "form_response", "answers", "definition", "fields", "field", "properties", "id", "ref", "type",
     "choices", "labels", "choice", "label", "other", "hidden", "triggerType", "form_submission", "payload", "data",
     "schema", "fieldName", "fieldElementId", "rawRequest", "submissionID", "preview", "q3_name", "first", "year",
     "month", "day", "country", "phone", "1.3", "5", "form_id", "date_created", "fields[x][value]", "fields[x][type]",
     "fields[x][raw_value][0]", "checkbox", "meta[page_url][value]", "text", "[1", "", "."]
)  # fmt: skip
TEXTS = WORDS | st.text(alphabet=st.characters(), max_size=8)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXTS, inside, max_size=5),
    max_leaves=25,
)
IN_A_JOTFORM = JSON_VALUES.map(lambda value: {"rawRequest": json.dumps(value), "submissionID": value})
ANSWERS = st.lists(st.dictionaries(TEXTS, JSON_VALUES, max_size=4), max_size=4)
IN_A_TYPEFORM = st.builds(lambda answers, about: a_response(*answers, definition=about), ANSWERS, JSON_VALUES)


@pytest.mark.parametrize("kind", list(Kind))
@given(content=JSON_VALUES | IN_A_JOTFORM | IN_A_TYPEFORM)
def test_any_json_gives_answers_or_a_named_refusal(kind: Kind, content: object) -> None:
    match READERS[kind](content):
        case Answers(answered, submission):
            assert len(submission) <= 255
            assert all(text.strip() for answer in answered for text in answer.texts)
            mapping = {name: "message" for answer in answered for name in answer.names[:1] if 0 < len(name) <= 1000}
            fields, ignored = filled(CONTACT, Source(kind=kind, fields=mapping), Answers(answered))
            assert set(fields) <= {"message"} or not mapping
            assert ignored >= 0
        case NoSubmission(what):
            assert what
        case Unreadable(why):
            assert why.endswith(".")


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_nested_without_end_is_read_no_deeper_than_tools_go(kind: Kind) -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = {"fields": [deep], "properties": {"fields": deep}, "data": deep}
    typeform_s = a_response({"type": "a", "a": deep}, definition=deep)
    for content in (deep, typeform_s, {"rawRequest": "[" * 9999}):
        reading = READERS[kind](content)
        assert not isinstance(reading, Answers) or len(reading.answered) < 10_000
