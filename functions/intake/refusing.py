"""What was refused, counted; what an outside system could not do, told as a refusal that says to come again."""

from functions.intake.request import Refusal
from shared.errors import FormToLeadError
from shared.observability import count, log


def counted(error: Refusal | FormToLeadError) -> Refusal:
    """An error of an outside system comes before anything was acknowledged: the sender is told to come again."""
    if isinstance(error, Refusal):
        count("Refused", code=error.code)
        return error
    log("intake_unavailable", level="error", error=error.code)
    count("IntakeErrors")
    return Refusal(503, "unavailable", "Try again in a moment.", {"Retry-After": "5"})
