"""`form-to-lead match ...`: the commands about who is who."""

import typer

from ops.backfill_commands import register_backfill

match_app = typer.Typer(help="Matching: fill the match keys of records in the org.", no_args_is_help=True)


@match_app.callback()
def _group() -> None:
    """Matching: fill the match keys of records in the org."""


register_backfill(match_app)
