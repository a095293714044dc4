"""`form-to-lead import ...`: form files from what an organisation has already."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ops.commands.gathering import Where, gathered
from ops.commands.options import JsonOption
from ops.errors import FAILURES, Failure, in_words, usage
from ops.output import screen
from ops.output.cells import plain
from ops.web_to_lead.draft import Draft
from ops.web_to_lead.importing import Imported, Wish, action_for, as_view, ask_org, import_page

_PAGE = "What the page can't say"
PageArgument = Annotated[Path, typer.Argument(metavar="PAGE", help="The saved page, or the code that Salesforce gave.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write the form; else it is printed.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Write over a file that is there already.")]
IdOption = Annotated[str, typer.Option("--id", help="The form's id; else the name of the output or of the page.")]
NumberOption = Annotated[int | None, typer.Option("--number", min=1, help="Which of several Web-to-Lead forms.")]
WebsiteOption = Annotated[
    list[str] | None,
    typer.Option(
        "--website", help="Where the form stands (https://www.example.com); repeatable.", rich_help_panel=_PAGE
    ),
]
CountryOption = Annotated[
    str, typer.Option("--country", help="Phone numbers without a country are of this one.", rich_help_panel=_PAGE)
]
LanguageOption = Annotated[str, typer.Option("--language", help="nl or en.", rich_help_panel=_PAGE)]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Ask the org, through the stack, about the API names that are guesses.")
]

import_app = typer.Typer(help="Import: make form files from what you have.", no_args_is_help=True)


@import_app.callback()
def _group() -> None:
    """Import: make form files from what you have."""


@import_app.command("web-to-lead")
@gathered
def import_web_to_lead(
    *,
    page: PageArgument,
    output: OutputOption = None,
    form_id: IdOption = "",
    number: NumberOption = None,
    overwrite: OverwriteOption = False,
    website: WebsiteOption = None,
    country: CountryOption = "",
    language: LanguageOption = "",
    check: CheckOption = False,
    as_json: JsonOption = False,
    where: Where,
) -> None:
    """Make a form file from a page with a Salesforce Web-to-Lead form. The page then needs one change.

    A page knows custom fields by their ids only, so their API names are guessed from the labels and marked TODO.
    With --check the stack's org is asked which of the guesses are right.

    [bold]Examples[/]

      form-to-lead import web-to-lead contact.html --output shared/forms/contact.toml

      form-to-lead import web-to-lead contact.html --number 2 --website https://www.example.com --country NL

      form-to-lead import web-to-lead contact.html -o shared/forms/contact.toml --check --stack staging
    """
    with screen.told():
        wish = Wish(form_id, output, number, tuple(website or ()), country, language)
        imported = import_page(page, wish)
        if output and output.exists() and not overwrite:
            raise usage(f"{output} is there already; --overwrite writes over it.")
        api_url, trouble = "", None
        if check:
            try:
                there = where.find_stack()
                api_url = there.api_url
                with screen.working("Asking the org"):
                    imported = ask_org(imported, there)
            except FAILURES as error:
                trouble = error
        if output:
            _write(output, imported.text)
        if as_json:
            screen.show_json(as_view(imported, output, api_url))
        elif output:
            screen.show(_table(imported.draft))
        else:
            typer.echo(imported.text, nl=False)
        _say(imported, output, api_url, asked=check and trouble is None)
        if trouble:
            _exit_after(trouble)


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, "utf-8")
    except OSError:
        raise usage(f"{output} can't be written: is its folder there?") from None


def _table(draft: Draft) -> Table:
    grid = Table("On the page", "Question", "Type", "Lead field", header_style="bold")
    for one in draft.fields:
        mark = " (guessed)" if one.guessed else ""
        grid.add_row(*(Text(plain(cell)) for cell in (one.theirs, one.label, one.type, one.lead_field + mark)))
    for fixed in draft.fixed:
        mark = " (guessed)" if fixed.guessed else ""
        shown = (fixed.theirs, f"always {fixed.value}", "constant", fixed.lead_field + mark)
        grid.add_row(*(Text(plain(cell)) for cell in shown))
    if draft.campaign_id:
        grid.add_row("Campaign_ID", f"always {draft.campaign_id}", "constant", "campaign")
    return grid


def _say(imported: Imported, output: Path | None, api_url: str, *, asked: bool) -> None:
    draft = imported.draft
    websites = ", ".join(draft.origins)
    screen.say(f"Form {draft.form_id}: {len(draft.fields)} questions, for pages on {websites}.")
    for note in draft.notes:
        screen.say(f"Note: {note}")
    for problem in imported.problems:
        screen.say(f"{problem.severity} at {problem.where}: {problem.what}. {problem.right}", style="yellow")
    if draft.guessed:
        why = "The org does not have them" if asked else "A page knows custom fields by their ids only"
        screen.say(f"{why}; put their API names where the file says TODO: {', '.join(draft.guessed)}", style="yellow")
    if output:
        screen.say(f"Next: form-to-lead forms check --files {output}; then deploy.")
    screen.say("Then change one attribute of the page:")
    screen.say(f'  action="{action_for(draft, api_url)}"')
    if not api_url:
        screen.say("API_URL is the stack's output ApiUrl.")


def _exit_after(trouble: Failure) -> None:
    words = in_words(trouble)
    screen.say(f"error: the org was not asked. {words}", style="red")
    raise typer.Exit(words.exit_code)
