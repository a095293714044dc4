"""`form-to-lead match ...`: why two are one person or not, what people decide about those in doubt, and match keys."""

import typer

from ops.commands.match_backfill import match_backfill
from ops.commands.match_explain import explain
from ops.commands.match_review import review

match_app = typer.Typer(help="People who may be one: see why, and decide about those in doubt.", no_args_is_help=True)
match_app.command("explain")(explain)
match_app.command("review")(review)
match_app.command("backfill")(match_backfill)
