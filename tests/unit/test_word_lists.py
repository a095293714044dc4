"""The matcher's word lists: what must be in them, and the false friends that must not."""

import ast
import itertools
import sys
import tomllib
from pathlib import Path

import pytest

from scripts.fold_word_lists import folded_lists
from shared.matching import word_files, word_lists
from shared.values.cleaning import folded

DATA = Path(word_lists.__file__).parent / "data"
FILES = sorted(path for path in DATA.iterdir() if path.suffix in {".txt", ".csv"})


def linked(one: str, other: str) -> bool:
    groups = word_lists.nickname_groups()
    return bool(groups.get(folded(one), frozenset()) & groups.get(folded(other), frozenset()))


def entries(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("path", [*FILES, word_files.FOLDED], ids=lambda path: path.name)
def test_every_list_says_where_it_comes_from_and_under_what_licence(path: Path) -> None:
    head = list(itertools.takewhile(lambda line: line.startswith("#"), path.read_text("utf-8").splitlines()))
    assert any(line.startswith("# Source: ") for line in head)
    assert any(line.startswith("# Licence: ") for line in head)
    assert "GPL" not in "".join(head)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_line_stands_twice_and_each_says_something(path: Path) -> None:
    lines = entries(path)
    assert lines
    assert len(lines) == len(set(lines))
    assert all(folded(line) for line in lines)


def test_all_lists_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) <= 350_000


def test_the_folded_lists_are_made_of_the_lists_as_they_are_now() -> None:
    assert word_files.FOLDED.read_text("utf-8") == folded_lists(DATA), "run `make word-lists`"


def test_the_licence_of_the_english_nicknames_ships_beside_them() -> None:
    head = "".join(
        itertools.takewhile(
            lambda line: line[0] == "#", (DATA / "nicknames_english.txt").read_text("utf-8").splitlines(keepends=True)
        )
    )
    text = (DATA / "LICENSE-nicknames_english").read_text("utf-8")
    assert "LICENSE-nicknames_english" in head
    assert "# Changed: " in head
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert text.rstrip().endswith("limitations under the License.")
    assert "matching/data/*" in tomllib.loads((DATA.parents[2] / "pyproject.toml").read_text("utf-8"))["tool"][
        "setuptools"]["package-data"]["shared"]  # fmt: skip


def test_reading_a_list_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        word_files.lines_of("surnames")


@pytest.mark.parametrize("name", ["word_lists", "word_files", "streets"])
def test_the_loader_needs_the_standard_library_alone(name: str) -> None:
    source = ast.parse((DATA.parent / f"{name}.py").read_text("utf-8"))
    modules = {node.module for node in ast.walk(source) if isinstance(node, ast.ImportFrom) and node.module}
    modules |= {alias.name for node in ast.walk(source) if isinstance(node, ast.Import) for alias in node.names}
    assert {module.split(".")[0] for module in modules} <= {"shared", *sys.stdlib_module_names}


# --- people ------------------------------------------------------------------------------------------------------

ONE_NAME = """Bob Robert, Bob Rob, Bill William, Kathy Katherine, Steven Stephen, Jan Johannes, Hans Johannes,
Piet Pieter,
Piet Petrus, Kees Cornelis, Wim Willem, Henk Hendrik, Sjaak Jacques, Sjaak Jacobus, Jaap Jacobus, Truus Geertruida,
Bep Elisabeth, Toon Antonius, Sepp Josef, Uli Ulrich, Jean-Pierre JP, Manu Emmanuel, Pepe José, Paco Francisco,
Beppe Giuseppe, Zé José, Chico Francisco, Gosia Małgorzata, Kasia Katarzyna, Lasse Lars, Mohamed Muhammad,
Yusuf Youssef,
Aleksandr Alexander, Katherine Catherine, Alex Alexander, Alex Alexandra"""
TWO_NAMES = """Jan Jaap, Jan Johan, Jan Hans, Maria Marie, Maria Marieke, Marie Marieke, Anna Anne, Anna Annie,
Anne Anneke,
Alexander Alexandra, John Jonathan, Julia Julie, Aaron Erin, Beth Liz, Sander Lex, Maarten Martijn,
Hasan Hussein,
Christina Christine, Johannes Johanna, Daan Daniëlle, Stefan Steven, Robert Richard, Emma Emily, Mary Molly,
Mehmet Mohamed,
Peter Pieter, Lotte Lot"""


@pytest.mark.parametrize("names", ONE_NAME.replace("\n", " ").split(", "))
def test_a_short_form_is_linked_to_its_full_name(names: str) -> None:
    assert linked(*names.split())


@pytest.mark.parametrize("names", TWO_NAMES.replace("\n", " ").split(", "))
def test_two_children_of_one_family_are_not_linked(names: str) -> None:
    assert not linked(*names.split())


def test_a_group_is_called_after_its_full_name() -> None:
    assert word_lists.nickname_groups()["bob"] == {"robert"} <= word_lists.nickname_groups()["robert"]


def test_nickname_links_are_symmetric_and_join_two_names_at_least() -> None:
    members: dict[str, set[str]] = {}
    for name, groups in word_lists.nickname_groups().items():
        for group in groups:
            members.setdefault(group, set()).add(name)
    assert all(len(names) >= 2 for names in members.values())
    assert all(
        linked(one, other) and linked(other, one) for names in members.values() for one in names for other in names
    )


def test_known_given_names_hold_both_of_two_that_look_alike_and_no_typing_error() -> None:
    known = word_lists.given_names()
    assert {"marie", "maria", "john", "jon", "joris", "malgorzata", "jeanpierre", "kees", "youssef", "bob"} <= known
    assert known & {"jonh", "mria", "pieetr", "devries", "smith", "mueller", "", "van"} == set()
    assert len(known) >= 2_500


def test_what_stands_around_a_name() -> None:
    assert {"van", "der", "von", "zu", "dos", "el", "bin", "ten", "t"} <= word_lists.particles()
    assert word_lists.particles() & {"mac", "mc", "jan"} == set()
    assert {"mr", "mevr", "herr", "mme", "pani", "prof", "profdr"} <= word_lists.titles()
    assert word_lists.titles() & {"sr", "sra", "jr", "m", "don", "maj", "pere"} == set()
    assert {"phd", "msc", "mba"} <= word_lists.suffix_titles()
    generations = word_lists.generations()
    assert set(generations.values()) == {"junior", "senior", "2", "3", "4"}
    assert [generations[word] for word in ("jr", "hijo", "sr", "pere", "iii", "2nd")] == [
        "junior", "junior", "senior", "senior", "3", "2",
    ]  # fmt: skip


# --- values that say nothing -------------------------------------------------------------------------------------


def test_placeholders_say_nothing_and_people_s_names_are_none() -> None:
    assert {"test", "asdf", "nvt", "na", "onbekend", "inconnu", "xxx", "12345"} <= word_lists.placeholders()
    assert {"test", "na", "geen", "abc", "unknown"} <= word_lists.placeholder_names()
    assert word_lists.placeholder_names() & {"ng", "xu", "li", "null", "an", "none", "x", "tester", "doe", ""} == set()
    assert word_lists.placeholder_names() & word_lists.given_names() == set()
    assert {"particulier", "zzp", "privat", "selfemployed", "none", "null", "x"} <= word_lists.placeholder_companies()
    assert word_lists.placeholder_companies() & {"philips", "ing", "ab"} == set()
    assert {"test", "noreply", "a", "xxx"} <= word_lists.placeholder_mailboxes()
    assert word_lists.placeholder_mailboxes() & {"info", "jan"} == set()
    assert {"test.com", "mailinator.com"} <= word_lists.placeholder_domains()
    assert [one for one in word_lists.placeholder_domains() if "example" in one] == []


def test_free_mail_is_no_company_s_own() -> None:
    free = word_lists.free_mail_domains()
    assert {"gmail.com", "outlook.com", "hotmail.nl", "yahoo.co.uk", "ziggo.nl", "web.de", "wp.pl", "telia.com"} <= free
    assert free & {"philips.com", "microsoft.com", "example.com", "gov.uk"} == set()
    assert all(domain == domain.lower() and "." in domain for domain in free | word_lists.placeholder_domains())
    assert len(free) >= 200


# --- mailboxes ---------------------------------------------------------------------------------------------------


def test_role_words_are_nobody_s_name() -> None:
    assert len(word_lists.role_mailboxes()) >= 250
    assert word_lists.role_mailboxes() & word_lists.given_names() == set()


@pytest.mark.parametrize("mailbox", ["info", "Info2", "info-nl", "sales.europe", "team.sales", "klanten-service", "hr",
                                     "hr-nl", "marketing.smit", "info+web", "buchhaltung"])  # fmt: skip
def test_a_team_s_mailbox_is_a_role(mailbox: str) -> None:
    assert word_lists.is_role_mailbox(mailbox)


ROLES = """
inschrijving inschrijvingen aanmelding aanmeldingen onderhoud vve afspraken admissions enrolment maintenance
registrar tenants boxoffice anmeldung anmeldungen verein wartung hausmeister versicherung geschaeftsstelle
geschäftsstelle gerance inscriptions adhesion entretien syndic copropriété assurances urgences gerencia inscripciones
matrículas mantenimiento seguros iscrizioni manutenzione condominio assicurazioni inscrições manutenção cobrança
ouvidoria serwis zapisy rejestracja zgłoszenia anmälan tilmelding påmelding ilmoittautuminen vedlikehold huolto
forening vve-parkzicht onderhoud.utrecht anmeldung2025 sac pec schade
"""


@pytest.mark.parametrize("mailbox", ROLES.split())
def test_a_mailbox_of_an_office_a_club_or_a_building_is_a_role(mailbox: str) -> None:
    assert word_lists.is_role_mailbox(mailbox)


@pytest.mark.parametrize("mailbox", ["jan.schade", "vd.schade", "s.bouw", "john-parish", "cv.jansen", "m.corsi",
                                     "kita.yuki",
                                     "vereina", "wartungsen", "anna.verein", "j.admissions"])  # fmt: skip
def test_a_name_that_is_also_a_word_for_an_office_stays_a_person_s(mailbox: str) -> None:
    assert not word_lists.is_role_mailbox(mailbox)


@pytest.mark.parametrize("mailbox", ["hr.smit", "sales.jan", "j.post", "marie.office", "jan.jansen", "a.bar",
"van.kerk",
                                     "infonaut", "123", "", "garage-devries"])  # fmt: skip
def test_a_person_s_mailbox_is_no_role(mailbox: str) -> None:
    assert not word_lists.is_role_mailbox(mailbox)


@pytest.mark.parametrize("mailbox", ["fam.jansen", "familie-devries", "famjansen", "familiejansen", "smithfamily",
"familie",
                                     "jan.en.marie", "janenmarie", "john-and-mary"])  # fmt: skip
def test_a_household_s_mailbox_is_shared(mailbox: str) -> None:
    assert word_lists.is_household_mailbox(mailbox)


@pytest.mark.parametrize("mailbox", ["famke", "famke.jansen", "famous", "sandra", "alexandra", "jan.jansen", "de.vries",
                                     "helena", "fernanda", "thomas", ""])  # fmt: skip
def test_one_person_s_mailbox_is_no_household(mailbox: str) -> None:
    assert not word_lists.is_household_mailbox(mailbox)


@pytest.mark.parametrize("mailbox", ["janmarie", "mariejan", "henkingrid", "ankepeter", "JanMarie65", "joséana",
                                     "lottesven", "paulanna", "janenbo", "annethijs"])  # fmt: skip
def test_two_given_names_in_one_word_are_a_couple(mailbox: str) -> None:
    assert word_lists.is_household_mailbox(mailbox)


@pytest.mark.parametrize(
    "mailbox",
    [
        *("annamaria", "hansjoerg", "hansjörg", "janwillem", "annemarie", "jeanpierre", "gertjan", "pieterbas"),
        *("evamaria", "mariajose", "pierluigi", "karlheinz", "annelotte", "marieanne", "peter", "georgina"),
    ],
)  # fmt: skip
def test_a_double_name_is_one_person_s(mailbox: str) -> None:
    assert not word_lists.is_household_mailbox(mailbox)


@pytest.mark.parametrize("mailbox", ["susanmartin", "peterwolf", "jamestaylor", "pedrosilva", "sanderson", "calbrecht",
                                     "fatmasahin", "joal", "janab", "sannebakker"])  # fmt: skip
def test_a_given_and_a_family_name_in_one_word_are_one_person_s(mailbox: str) -> None:
    assert not word_lists.is_household_mailbox(mailbox)


@pytest.mark.parametrize("mailbox", ["johnson", "larsson", "pereira", "martinez", "mjohnson", "floriana", "joseangel"])
def test_one_name_that_holds_two_is_one_person_s(mailbox: str) -> None:
    assert not word_lists.is_household_mailbox(mailbox)


def test_first_of_all_a_given_name_is_no_family_s() -> None:
    assert not {"marie", "julia", "henk", "jan", "peter", "rosa"} & set(word_files.lines_of("family_names"))


# --- companies and streets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Jansen B.V.", "jansen"), ("B.V. Jansen", "jansen"), ("Jansen Groep BV", "jansen"), ("De Jong N.V.", "jong"),
        ("Müller GmbH & Co. KG", "muller"), ("Foo UG (haftungsbeschränkt)", "foo"), ("Maersk A/S", "maersk"),
        ("Dupont S.à r.l.", "dupont"), ("Kowalski Sp. z o.o.", "kowalski"), ("The Widget Company Ltd.", "widget"),
        ("Holding BV", "holding bv"), ("AG", "ag"), ("De Groep", "de groep"), ("Stichting Hoop", "hoop"),
        ("Rolls-Royce plc", "rolls royce"), ("&&&", "&&&"), (" ", ""), ("Sasja", "sasja"), ("Abbott", "abbott"),
    ],
)  # fmt: skip
def test_a_company_is_compared_without_its_legal_form(name: str, core: str) -> None:
    assert word_lists.company_core(name) == tuple(core.split())


@pytest.mark.parametrize(
    ("street", "key"),
    [
        ("Kerkstraat 12-A", "kerkstraat 12a"),
        ("Kerkstr. 12 a", "kerkstraat 12a"), ("Kerkstraat 12 II", "kerkstraat 12"),
        ("Kerkstraat 12-3", "kerkstraat 12-3"), ("12 High Street", "highstreet 12"), ("12 High St", "highstreet 12"),
        ("12A High St #4", "highstreet 12a"),
        ("12 St John's Rd", "stjohnsroad 12"), ("Flat 3, 12 High St", "highstreet 12"),
        ("12, r. de la Paix", "ruedelapaix 12"),
        ("12 bis rue X", "ruex 12bis"), ("12 High Street\nApt 4", "highstreet 12"),
        ("Rue de la Loi 16 bus 3", "ruedelaloi 16"),
        ("Storgatan 5, 2 hg", "storgatan 5"), ("Via Roma, 12", "viaroma 12"),
        ("C/ Mayor, 5, 2º B", "callemayor 5"),
        ("1e Kerkstraat 12", "1ekerkstraat 12"), ("350 5th Avenue", "5thavenue 350"),
        ("Postbus 123", "postbox 123"), ("P.O. Box 12 34", "postbox 1234"), ("Postfach 9", "postbox 9"),
    ],
)  # fmt: skip
def test_a_street_is_compared_by_its_name_and_number(street: str, key: str) -> None:
    name, _, number = key.partition(" ")
    assert word_lists.street_key(street) == (name, number)


def test_a_street_without_number_or_name_is_no_error() -> None:
    assert [word_lists.street_key(street) for street in ("", "Kerkstraat", "12")] == [
        ("", ""), ("kerkstraat", ""), ("12", ""),
    ]  # fmt: skip


def test_two_ways_to_write_a_street_word_are_one() -> None:
    assert word_lists.street_key("Hauptstr. 5") == word_lists.street_key("Hauptstraße 5")
    assert word_lists.street_key("Marktpl. 1") == word_lists.street_key("Marktplatz 1")
    assert word_lists.street_words()["st"] == "street"
