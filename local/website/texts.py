"""The website's own words, in Dutch and English. Labels and error sentences come from the forms."""

from dataclasses import dataclass
from typing import Final

from shared.form.texts import Language

CONTACT: Final = "contact"
QUOTE: Final = "quote"
TEST_RIDE: Final = "test-ride"
FORM_IDS: Final = (CONTACT, QUOTE, TEST_RIDE)


@dataclass(frozen=True)
class FormPage:
    """`slug` is the last part of the page's path."""

    slug: str
    intro: str
    teaser: str
    button: str


@dataclass(frozen=True)
class Texts:
    shop: str
    description: str
    skip: str
    menu: str
    home: str
    other_language: str
    headline: str
    lead: str
    promises: tuple[tuple[str, str], ...]
    forms: dict[str, FormPage]
    optional: str
    choose: str
    leave_empty: str
    thanks: str
    thanks_text: str
    receipt: str
    receipt_text: str
    to_home: str
    error_title: str
    error_text: str
    error_unknown: str
    error_keep: str
    back_to_form: str
    not_found: str
    not_found_text: str
    footer: str


TEXTS: Final[dict[Language, Texts]] = {
    "nl": Texts(
        shop="FlexFit Fietsen",
        description="Stadsfietsen, e-bikes en bakfietsen die bij u passen.",
        skip="Naar de inhoud",
        menu="Hoofdmenu",
        home="Home",
        other_language="English",
        headline="Een fiets die bij u past",
        lead="Stadsfietsen, e-bikes en bakfietsen, op maat afgesteld in onze werkplaats. Voor u alleen, "
        "voor het hele gezin of voor al uw medewerkers.",
        promises=(
            ("Op maat", "We meten u op en stellen zadel, stuur en pedalen af."),
            ("Altijd onderhoud", "Het eerste jaar is elke onderhoudsbeurt gratis."),
            ("Binnen één werkdag", "Een mens leest uw bericht en antwoordt persoonlijk."),
        ),
        forms={
            CONTACT: FormPage(
                "contact",
                "Stel uw vraag; we antwoorden binnen één werkdag.",
                "Een vraag over uw fiets, een reparatie of een bestelling?",
                "Verstuur uw vraag",
            ),
            QUOTE: FormPage(
                "offerte",
                "Vertel ons wat u zoekt. U krijgt een offerte op maat, zonder verplichting.",
                "Fietsen voor uw bedrijf, of een leaseplan voor medewerkers?",
                "Vraag de offerte aan",
            ),
            TEST_RIDE: FormPage(
                "proefrit",
                "Kies een fiets en een dag. We bellen u om de proefrit af te spreken.",
                "Voel zelf hoe een fiets rijdt die bij u past.",
                "Plan een proefrit",
            ),
        },
        optional="niet verplicht",
        choose="Maak een keuze",
        leave_empty="Laat dit veld leeg",
        thanks="Bedankt, uw bericht is binnen",
        thanks_text="We antwoorden binnen één werkdag.",
        receipt="Uw ontvangstnummer",
        receipt_text="Bewaar dit nummer: daarmee vinden we uw bericht meteen terug.",
        to_home="Naar de startpagina",
        error_title="Uw bericht is nog niet verstuurd",
        error_text="Kijk deze punten na en verstuur het formulier opnieuw:",
        error_unknown="Er ging iets mis met het formulier. Probeer het opnieuw.",
        error_keep="Met de knop Terug van uw browser staat nog ingevuld wat u typte.",
        back_to_form="Terug naar het formulier",
        not_found="Deze pagina bestaat niet",
        not_found_text="Misschien is het adres verkeerd overgenomen.",
        footer="FlexFit Fietsen bestaat niet echt: deze website is een demonstratie.",
    ),
    "en": Texts(
        shop="FlexFit Bikes",
        description="City bikes, e-bikes and cargo bikes that fit you.",
        skip="Skip to content",
        menu="Main menu",
        home="Home",
        other_language="Nederlands",
        headline="A bike that fits you",
        lead="City bikes, e-bikes and cargo bikes, fitted to you in our workshop. For you alone, "
        "for the whole family or for all of your staff.",
        promises=(
            ("Made to fit", "We measure you and set saddle, handlebar and pedals."),
            ("Always serviced", "In the first year, every service is free."),
            ("Within one working day", "A human reads your message and answers in person."),
        ),
        forms={
            CONTACT: FormPage(
                "contact",
                "Ask us anything; we answer within one working day.",
                "A question about your bike, a repair or an order?",
                "Send your question",
            ),
            QUOTE: FormPage(
                "quote",
                "Tell us what you are looking for. You get a quote made for you, without obligation.",
                "Bikes for your company, or a lease plan for staff?",
                "Request the quote",
            ),
            TEST_RIDE: FormPage(
                "test-ride",
                "Choose a bike and a day. We call you to plan the test ride.",
                "Feel how a bike rides that fits you.",
                "Plan a test ride",
            ),
        },
        optional="optional",
        choose="Choose one",
        leave_empty="Leave this field empty",
        thanks="Thank you, your message has arrived",
        thanks_text="We answer within one working day.",
        receipt="Your receipt number",
        receipt_text="Keep this number: with it we find your message at once.",
        to_home="To the home page",
        error_title="Your message has not been sent yet",
        error_text="Please look at these points and send the form again:",
        error_unknown="Something went wrong with the form. Please try again.",
        error_keep="With your browser's Back button, what you typed is still there.",
        back_to_form="Back to the form",
        not_found="This page does not exist",
        not_found_text="Perhaps the address was copied wrongly.",
        footer="FlexFit Bikes does not really exist: this website is a demonstration.",
    ),
}
