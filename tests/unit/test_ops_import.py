"""`form-to-lead import web-to-lead`: what it reads from a page, what it says, and how it fails."""

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from ops.cli import app
from ops.errors import ExitCode, OpsError
from ops.web_to_lead.importing import Wish, action_for, import_page
from ops.web_to_lead.page import Choice, NotHtmlError, PageForm, read_page
from shared.form.definition import Form, parse_form
from tests.builders import Desk
from tests.unit.intake_desk import URLENCODED, Intake, event

PAGES = Path(__file__).parents[1] / "fixtures" / "web_to_lead"
HEAD = (
    '<form action="https://webto.salesforce.com/servlet/servlet.WebToLead?encoding=UTF-8" method="POST">'
    '<input type=hidden name="oid" value="00D000000000062">'
    '<input type=hidden name="retURL" value="https://www.example.com/thanks">'
)
NAME = '<label for="last_name">Last Name</label><input id="last_name" maxlength="80" name="last_name" type="text" />'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["import", "web-to-lead", *map(str, arguments)], env={"COLUMNS": "200"})


def page_with(folder: Path, inside: str, *, head: str = HEAD, name: str = "contact.html") -> Path:
    path = folder / name
    path.write_text(f"{head}{NAME}{inside}</form>", "utf-8")
    return path


def form_with(folder: Path, inside: str, **wish: Any) -> Form:
    return parse_form(import_page(page_with(folder, inside), Wish(**wish)).text, name="contact.toml")


def only_form(html: str) -> PageForm:
    [form] = read_page(html.encode()).forms
    return form


# --- what is read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "label"),
    [
        ('<label for="a">First <b>name</b>:</label><input id="a" name="n">', "First name"),
        ('<input id="a" name="n"><label for="a">Behind it</label>', "Behind it"),
        ('<label>Around <input name="n"> it *</label>', "Around it"),
        ('Budget:<input name="n"><br>', "Budget"),
        ('<tr><td>In a table</td><td><input name="n"></td></tr>', "In a table"),
        ('Other words<br><input name="n" title="Titled">', "Titled"),
        ('<p>A paragraph before</p><input name="n" aria-label="Aria">', "Aria"),
        ('Other<br><input name="n">', ""),
        ("<LABEL FOR=a>Caps</LABEL><INPUT ID=a NAME=n>", "Caps"),
        ('<label for="a">R&eacute;gion &amp; ville</label><input id="a" name="n">', "Région & ville"),
    ],
)
def test_a_question_s_label_is_found_wherever_the_page_has_it(markup: str, label: str) -> None:
    [one] = only_form(f"<form>{markup}</form>").inputs
    assert (one.name, one.label) == ("n", label)


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ('<input name="n">', "text"),
        ('<input name="n" type="EMAIL">', "text"),
        ('<textarea name="n">x</textarea>', "textarea"),
        ('<select name="n"><option>A</select>', "select"),
        ('<select name="n" multiple><option>A</select>', "multiple"),
        ('<input name="n" type=checkbox value=1>', "checkbox"),
        ('<input type=hidden name="n" value=0><input name="n" type=checkbox value=1>', "checkbox"),
        ('<input name="n" type=checkbox value=a><input name="n" type=checkbox value=b>', "checkboxes"),
        ('<input name="n" type=radio value=a><input name="n" type=radio value=b>', "select"),
        ('<input name="n" type=radio value=a>', "select"),
        ('<span class="dateInput dateOnlyInput"><input name="n"></span>', "date"),
        ('<span class="dateInput"><input name="n"></span>', "datetime"),
        ('<span class="dateInput dateOnlyInput">x</span><input name="n">', "text"),
        ('<input name="n" type="date">', "date"),
        ('<input name="n" type="hidden">', "hidden"),
    ],
)
def test_the_kind_of_a_question_is_known(markup: str, kind: str) -> None:
    [one] = only_form(f"<form>{markup}</form>").inputs
    assert one.kind == kind


@pytest.mark.parametrize(
    "markup", ["<input type=submit name=n>", "<input>", "<input name=n disabled>", "<!-- <input name=n> -->"]
)
def test_what_asks_nothing_is_left_out(markup: str) -> None:
    assert only_form(f"<form>{markup}</form>").inputs == ()


def test_choices_have_values_and_labels_and_the_empty_one_is_none() -> None:
    markup = '<select name=n><option value="">--None--</option><option value="a">A &amp; B</option><option> C </select>'
    [one] = only_form(f"<form>{markup}</form>").inputs
    assert one.choices == (Choice("a", "A & B"), Choice("C", "C"))


CHOICES = "<option value=a>A</option><option value=b>B</option>"


@pytest.mark.parametrize(
    "behind",
    [
        '<select id="helper"><option value="x">X</option></select>',
        '<select name="off" disabled><option value="x">X</option></select>',
        '<datalist id="d"><option value="x">X</option></datalist></select>',
        '<datalist id="d"><option value="x"></datalist><input name="other" list="d">',
        "</select></select>",
        '<textarea><select name="n"><option value="x"></select></textarea>',
        '<textarea name="t"><input name="x"><option value="x">X</textarea>',
        '<option value="x">X</option>',
        '<select id="h"><option value="x">X<select name="late"><option value="y">Y</select>',
    ],
)
def test_a_question_keeps_its_choices_whatever_stands_behind_it(behind: str) -> None:
    """A helper without a name is never sent, so nobody asks it anything."""
    inputs = only_form(f"<form><select name=n>{CHOICES}</select>{behind}</form>").inputs
    assert (inputs[0].name, inputs[0].choices) == ("n", (Choice("a", "A"), Choice("b", "B")))
    assert not {one.name for one in inputs} & {"x", "off", ""}
    assert [one.choices for one in inputs if one.name == "late"] in ([], [(Choice("y", "Y"),)])


def test_a_select_that_is_never_ended_ends_where_the_next_question_begins() -> None:
    first, second, third = only_form(
        f"<form><select name=a>{CHOICES}<input name=b><select name=c><option value=z>Z</form>"
    ).inputs
    assert [len(one.choices) for one in (first, second, third)] == [2, 0, 1]


def test_a_choice_that_nobody_can_make_is_none() -> None:
    [one] = only_form("<form><select name=n><option disabled selected>Choose<option>A</select></form>").inputs
    assert one.choices == (Choice("A", "A"),)


@pytest.mark.parametrize(
    "before",
    [
        "<label for=z>Another<input id=z name=z>",
        "<label>Another <select id=z><option>X</select></label>",
        "<label for=z>Another</label><textarea id=z>with words</textarea>",
        "<script>var a = 'words';</script>",
        "<datalist><option>words</datalist>",
        "<label for=n>Helper <input id=helper></label><br>",
    ],
)
def test_a_question_s_label_has_no_words_of_its_neighbours(before: str) -> None:
    inputs = only_form(f"<form>{before}<label for=a>Own words</label><input id=a name=n></form>").inputs
    assert [one.label for one in inputs if one.name == "n"] == ["Own words"]


@pytest.mark.parametrize(
    "content",
    [
        f'<meta charset="utf-8">{HEAD}Größe:<input name=n>'.encode(),
        f"{HEAD}Größe:<input name=n>".encode("cp1252"),
        f'<meta charset="utf-8">{HEAD}Größe:<input name=n>'.encode("latin-1"),
        f'<META CONTENT="text/html; charset=iso-8859-15">{HEAD}Größe:<input name=n>'.encode("iso-8859-15"),
        b"\xef\xbb\xbf" + f"{HEAD}Größe:<input name=n>".encode(),
        f"{HEAD}Größe:<input name=n>".encode("utf-16"),
        f'<meta charset="no-such">{HEAD}Größe:<input name=n>'.encode("cp1252"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_has(content: bytes) -> None:
    [form] = read_page(content).forms
    assert form.inputs[-1].label == "Größe"


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.text(alphabet="<>/=\"' aforminputselectoptlbh-!&;\n", max_size=200).map(str.encode))
def test_whatever_the_file_holds_it_is_a_page_or_no_html(content: bytes) -> None:
    try:
        page = read_page(content)
    except NotHtmlError:
        return
    assert all(one.name for form in page.forms for one in form.inputs)


PIECES = [
    NAME,
    '<input name="00N000000000001" title="{}">',
    '<select name="00N000000000002" title="{}"><option value="{}">{}</select>',
    '<input type=hidden name="00N000000000003" title="{}" value="{}">',
    '<textarea name="00N000000000004">{}</textarea>',
    '<select multiple name="00N000000000005">',
    '<option value="{}">',
    '<input name="company" maxlength={}>',
    "<label>{}",
    '<input type=checkbox name="00N000000000006" value="{}">',
    '<input type=radio name="00N000000000007" value="{}">',
    '<select name="state_code"><option value=NY></select>',
    '<input name="country_code">',
    '<input name="URL">',
    '<input type=hidden name="recordType" value="{}">',
    '<input type=hidden name="lead_source" value="{}">',
    '<input type=hidden name="Campaign_ID" value="{}">',
    '<input name="{}">',
    '<input name="email" type=email required>',
]


@settings(max_examples=300)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=8), words=st.text(max_size=12))
def test_every_page_becomes_a_form_that_can_be_read_or_a_sentence(
    pieces: list[str], words: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.html"
    path.write_bytes((HEAD + "".join(pieces).replace("{}", words)).encode("utf-8", "replace"))
    try:
        text = import_page(path, Wish()).text
    except OpsError as error:
        code = error.exit_code
    else:
        assert parse_form(text, name="any.toml").web_to_lead is not None
        return
    assert code is ExitCode.USAGE


# --- what becomes of it ------------------------------------------------------------------------------------------


def test_lengths_and_what_must_be_filled_in_come_along(tmp_path: Path) -> None:
    form = form_with(tmp_path, '<input name="company" maxlength="40"><input name="city" required><input name="zip">')
    found = {field.name: (field.max_length, field.required) for field in form.fields}
    assert found == {"last_name": (80, True), "company": (40, False), "city": (40, True), "zip": (20, False)}
    assert form.lead.defaults == {"Company": "[not provided]"}


def test_a_text_box_without_a_length_is_a_number_as_salesforce_writes_them(tmp_path: Path) -> None:
    boxes = (
        'Budget:<input name="00N000000000001" size="20" type="text" /><br>'
        'Colour:<input name="00N000000000002" maxlength="255" size="20" type="text" /><br>'
    )
    imported = import_page(page_with(tmp_path, boxes + '<input name="revenue" size="20">'), Wish())
    form = parse_form(imported.text, name="contact.toml")
    assert {field.name: field.type for field in form.fields[1:]} == {
        "budget": "number",
        "colour": "text",
        "revenue": "number",
    }
    assert [note for note in imported.draft.notes if note.startswith("Budget has no maxlength")]


@pytest.mark.parametrize(
    "typed", ["1,000,000", "1.000.000", "1500000000", "12.50", "12,50", "€ 5000", "5000", "$1,234.56", "15%"]
)
def test_whatever_way_a_visitor_writes_an_amount_it_gets_on_the_lead(tmp_path: Path, typed: str) -> None:
    form = form_with(tmp_path, '<input name="revenue" size="20">')
    intake = Intake(forms={"contact": form})
    body = urlencode({"oid": "00D000000000062", "last_name": "Kok", "revenue": typed}).encode()
    posted = event(path="/servlet/servlet.WebToLead", headers={"Content-Type": URLENCODED}, body=body)
    assert intake.hears(posted).status == 303
    desk = Desk(forms=intake.forms)
    desk.process(intake.row)
    [lead] = desk.crm.leads.values()
    assert type(lead["AnnualRevenue"]) in {int, float}


def test_a_text_without_a_limit_is_never_refused_for_its_length(tmp_path: Path) -> None:
    """The page gives no length, and what the Lead field can't hold stays whole in the Description."""
    field = form_with(tmp_path, '<textarea name="00N000000000001" title="Wishes"></textarea>').field("wishes")
    assert field is not None
    assert (field.max_length, field.too_long, field.lead_field) == (32000, "cut", "Wishes__c")


def test_constants_become_the_form_s_own_and_no_visitor_s(tmp_path: Path) -> None:
    constants = {
        "lead_source": "Web",
        "recordType": "012000000000001",
        "Campaign_ID": "701000000000001",
        "member_status": "Responded",
        "emailOptOut": "1",
        "employees": "5",
    }
    form = form_with(
        tmp_path, "".join(f'<input type=hidden name="{name}" value="{value}">' for name, value in constants.items())
    )
    assert form.lead.fixed == {
        "LeadSource": "Web",
        "RecordTypeId": "012000000000001",
        "HasOptedOutOfEmail": True,
        "NumberOfEmployees": 5,
    }
    assert form.lead.campaign is not None
    assert (form.lead.campaign.id, form.lead.campaign.status) == ("701000000000001", "Responded")
    assert [field.name for field in form.fields] == ["last_name"]


def test_a_page_that_asks_for_the_campaign_gets_a_list_of_those_that_count(tmp_path: Path) -> None:
    choices = "<option value=''>--None--<option value=701000000000001>Spring<option value=701000000000002>Autumn"
    form = form_with(tmp_path, f"<select name=Campaign_ID>{choices}<option value=x>Other</select>")
    assert form.web_to_lead is not None
    assert form.web_to_lead.campaigns == ("701000000000001", "701000000000002")
    assert form.lead.campaign is None


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("<input name=Campaign_ID>", "web_to_lead.campaigns"),
        ("<select name=member_status><option>Sent</select>", "lead.campaign.status"),
        ("<select name=recordType><option value=012000000000001>A</select>", "match = { recordType"),
    ],
)
def test_what_a_form_decides_itself_and_a_page_asks_is_told_with_what_to_do(
    tmp_path: Path, asked: str, right: str
) -> None:
    imported = import_page(page_with(tmp_path, asked), Wish())
    assert [note for note in imported.draft.notes if right in note]


def test_two_custom_fields_with_one_label_stay_two(tmp_path: Path) -> None:
    form = form_with(tmp_path, 'Size:<input name="00N000000000001"><br>Size:<input name="00N000000000002"><br>')
    assert [(one.name, one.lead_field) for one in form.fields[1:]] == [("size", "Size__c"), ("size_2", "Size_2__c")]


def test_a_custom_field_without_words_gets_a_name_that_the_check_will_name(tmp_path: Path) -> None:
    form = form_with(tmp_path, 'x<br><input name="00N000000000001"><br>尺寸:<input name="00N000000000002"><br>')
    assert [one.lead_field for one in form.fields[1:]] == ["TODO_00N000000000001__c", "TODO_00N000000000002__c"]


def test_a_state_needs_a_country_that_is_always_there(tmp_path: Path) -> None:
    states = '<select name="state_code"><option value="NY">New York</select>'
    alone = form_with(tmp_path, states)
    assert [field.lead_field for field in alone.fields] == ["LastName", "State"]
    both = form_with(tmp_path, states + '<select name="country_code"><option value="US">USA</select>')
    assert [(field.lead_field, field.required) for field in both.fields[1:]] == [
        ("StateCode", False),
        ("CountryCode", True),
    ]


@pytest.mark.parametrize(
    ("lang", "wish", "expected"),
    [
        ("nl", {}, ("nl", "NL")),
        ("nl-BE", {}, ("nl", "BE")),
        ("en-GB", {}, ("en", "GB")),
        ("fr", {}, ("en", "US")),
        ("en", {"country": "IE"}, ("en", "IE")),
        ("en", {"language": "nl"}, ("nl", "NL")),
    ],
)
def test_language_and_country_come_from_the_page_or_from_who_knows_better(
    tmp_path: Path, lang: str, wish: dict[str, str], expected: tuple[str, str]
) -> None:
    path = page_with(tmp_path, "", head=f'<html lang="{lang}">{HEAD}')
    form = parse_form(import_page(path, Wish(**wish)).text, name="contact.toml")  # type: ignore[arg-type]
    assert (form.languages[0], form.country) == expected


@pytest.mark.parametrize(
    ("ret_url", "websites", "origins", "path"),
    [
        ("https://WWW.Example.com:8443/a?b=c#d", (), ("https://www.example.com:8443",), "/a?b=c"),
        ("https://www.example.com", (), ("https://www.example.com",), "/"),
        ("https://www.example.com:443/a", (), ("https://www.example.com",), "/a"),
        ("http://www.example.com:80/a", (), ("http://www.example.com",), "/a"),
        ("https://www.example.com//evil", (), ("https://www.example.com",), "/"),
        ("http://", ("https://shop.example",), ("https://shop.example",), "/"),
        (
            "https://thanks.example/x",
            ("https://shop.example",),
            ("https://shop.example", "https://thanks.example"),
            "/x",
        ),
    ],
)
def test_the_websites_and_the_page_afterwards_come_from_ret_url(
    tmp_path: Path, ret_url: str, websites: tuple[str, ...], origins: tuple[str, ...], path: str
) -> None:
    head = HEAD.replace("https://www.example.com/thanks", ret_url)
    imported = import_page(page_with(tmp_path, "", head=head), Wish(websites=websites))
    form = parse_form(imported.text, name="contact.toml")
    assert form.website.origins == origins
    assert form.website.thank_you_page == {"en": path}


DATE = (
    'Day:<span class="dateInput dateOnlyInput"><input name="00N000000000001" size="12" type="text" />'
    '<span class="dateFormat">[<a href="javascript:void(0)">{}</a>]</span></span><br>'
)


@pytest.mark.parametrize(
    ("sample", "country", "order", "sure"),
    [
        ("22-11-2026", "US", "dmy", True),
        ("11/22/2026", "NL", "mdy", True),
        ("2026. 11. 22.", "NL", "ymd", True),
        ("22.11.2026 10:00", "US", "dmy", True),
        ("11-12-2026", "US", "mdy", False),
        ("11-12-2026", "NL", "dmy", False),
        ("11/11/2026", "GB", "dmy", False),
        ("22-11-26", "US", "mdy", False),
        ("today", "US", "mdy", False),
    ],
)
def test_dates_are_read_as_the_page_shows_them(
    tmp_path: Path, sample: str, country: str, order: str, sure: bool
) -> None:
    imported = import_page(page_with(tmp_path, DATE.format(sample)), Wish(country=country))
    form = parse_form(imported.text, name="contact.toml")
    assert form.web_to_lead is not None
    assert form.web_to_lead.date_order == order
    assert form.fields[1].label == {"en": "Day"}
    [note] = [note for note in imported.draft.notes if note.startswith("Dates")]
    assert ("as the page shows them" in note, "TODO: guessed from the country" in imported.text) == (sure, not sure)


def test_samples_that_contradict_each_other_leave_it_open(tmp_path: Path) -> None:
    second = DATE.format("11/22/2026").replace("0001", "0002")
    imported = import_page(page_with(tmp_path, DATE.format("22/11/2026") + second), Wish(country="GB"))
    assert 'date_order = "dmy"  # TODO' in imported.text


def test_the_address_keeps_the_page_s_encoding(tmp_path: Path) -> None:
    page = page_with(tmp_path, "", head=HEAD.replace("UTF-8", "Shift_JIS"))
    assert "encoding=Shift_JIS&form=contact" in action_for(import_page(page, Wish()).draft)
    hidden = '<input type=hidden name="encoding" value="Big5">'
    page = page_with(tmp_path, hidden, head=HEAD.replace("?encoding=UTF-8", ""))
    assert "encoding=Big5&" in action_for(import_page(page, Wish()).draft)


def test_texts_of_the_page_can_not_break_the_file(tmp_path: Path) -> None:
    label = "\"]\n[lead.fixed]\nOwnerId = '005' \\ \x7f \u202e"
    form = form_with(tmp_path, f'<input name="00N000000000001" title="{label.replace(chr(34), "&quot;")}">')
    assert form.lead.fixed == {}
    assert form.fields[1].label["en"].startswith('"] [lead.fixed] OwnerId')


# --- the command -------------------------------------------------------------------------------------------------


def test_the_file_is_printed_and_all_that_is_said_about_it_goes_to_standard_error() -> None:
    result = run(PAGES / "contact.html")
    assert result.exit_code == 0, result.output
    assert tomllib.loads(result.stdout)["id"] == "contact"
    assert 'action="https://API_URL/servlet/servlet.WebToLead?encoding=UTF-8&form=contact"' in result.stderr
    assert "TODO: Budget__c, Terms_read__c" in result.stderr


def test_with_an_output_the_file_is_written_and_called_after_it(tmp_path: Path) -> None:
    output = tmp_path / "dealers.toml"
    result = run(PAGES / "dealer.html", "--output", output)
    assert result.exit_code == 0, result.output
    assert parse_form(output.read_text("utf-8"), name="dealers.toml").id == "dealers"
    assert "Brands__c (guessed)" in result.stdout
    assert f"forms check --files {output}" in result.stderr.replace("\n", "")
    assert "form=dealers" in result.stderr


def test_a_file_that_is_there_is_only_written_over_when_asked(tmp_path: Path) -> None:
    output = tmp_path / "dealer.toml"
    output.write_text("mine")
    assert run(PAGES / "dealer.html", "--output", output).exit_code == 2
    assert output.read_text() == "mine"
    assert run(PAGES / "dealer.html", "--output", output, "--overwrite").exit_code == 0
    assert output.read_text("utf-8") != "mine"


def test_programs_get_json(tmp_path: Path) -> None:
    result = run(PAGES / "event.html", "--json", "--id", "testdag")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert (content["form_id"], content["org_id"], content["output"]) == ("testdag", "00D000000000062EAA", None)
    assert content["unknown"] == ["Gewenste_dag__c", "Aantal_personen__c", "Actie__c"]
    assert {
        "web_to_lead": "recordType",
        "lead_field": "RecordTypeId",
        "value": "012000000000001",
        "guessed": False,
    } in (content["fixed"])
    assert parse_form(content["toml"], name="testdag.toml").id == "testdag"


TWO = f"{HEAD}{NAME}</form>{HEAD}{NAME}Size:<input name='00N000000000001'></form>"


def test_of_several_forms_one_is_chosen_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "two.html"
    path.write_text(TWO)
    result = run(path)
    assert result.exit_code == 2
    assert "has 2 Web-to-Lead forms. Choose one with --number. 1: Last Name; 2: Last Name, Size" in result.stderr
    assert "size" in run(path, "--number", 2).stdout
    assert "there is no number 3" in run(path, "--number", 3).stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7 \x00\x01", "is not HTML"),
        (b"", "is not HTML"),
        (b"just words", "is not HTML"),
        (
            b"<p>Hello</p>",
            "has no Web-to-Lead form: none that is sent to servlet.WebToLead or has a hidden oid. It has no",
        ),
        (b"<form action='/search'><input name=q></form>", "It has 1 other form."),
        (HEAD.replace("00D000000000062", "00D").encode(), "The form's oid is no org id"),
        (HEAD.replace('name="oid"', 'name="o"').encode(), "The form has no oid"),
        (
            HEAD.replace("https://www.example.com/thanks", "http://").encode(),
            "Say so: --website https://www.example.com",
        ),
        (HEAD.replace("https://www.example.com/thanks", "https://[x").encode(), "retURL is no address of a website"),
        (HEAD.encode(), "no question at all"),
    ],
)
def test_a_page_that_can_not_be_imported_is_told_in_a_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(content)
    result = run(path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.html"], "There is no file nowhere.html."),
        ([PAGES], "can't be read"),
        ([PAGES / "contact.html", "--id", "Contact!"], "can't be a form's id"),
        ([PAGES / "contact.html", "--output", "x.json"], "--output is a file that ends in .toml"),
        ([PAGES / "contact.html", "--output", "x.toml", "--id", "y"], "--output must end in y.toml"),
        ([PAGES / "contact.html", "--output", "/no/such/folder/x.toml"], "can't be written"),
        ([PAGES / "contact.html", "--language", "fr"], "--language is one of: nl, en"),
        ([PAGES / "contact.html", "--country", "Holland"], "--country is a code of two capitals"),
        ([PAGES / "contact.html", "--website", "www.example.com"], "--website must be an origin such as"),
    ],
)
def test_a_command_that_was_not_understood_has_exit_code_2(arguments: list[object], says: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_the_help_has_examples() -> None:
    assert "form-to-lead import web-to-lead contact.html" in run("--help").stdout
