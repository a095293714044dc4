"""Who sent a form with a campaign becomes a member of it, Lead or Contact."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.crm import Crm, Member, Written
from shared.errors import FormToLeadError, PermanentError, RefusedCallError
from shared.leads.candidates import Prepared
from shared.leads.results import MOVED, Result, Results, Settled, of_one
from shared.observability import count, log


def with_campaigns(by_id: Mapping[str, Prepared], done: Results, crm: Crm) -> Results:
    """Who is in Salesforce now becomes a member of the form's campaign, also when a repeat finds them there."""
    members = {one: _member(by_id[one], result) for one, result in done.items() if one in by_id}
    joining = {one: member for one, member in members.items() if member}
    if not joining:
        return done
    written = dict(zip(joining, _join(list(joining.values()), crm), strict=True))
    moved = {one: joining[one] for one, result in written.items() if result.error and result.error.code in MOVED}
    written |= _join_where_they_are(moved, crm)
    return done | {one: _joined(one, done[one], result) for one, result in written.items()}


def _join(members: Sequence[Member], crm: Crm) -> list[Written]:
    try:
        return crm.join_campaigns(members)
    except RefusedCallError as error:
        # One member refuses the call: each on its own.
        return [_join([one], crm)[0] for one in members] if len(members) > 1 else [Written(error=of_one(error))]
    except FormToLeadError as error:
        return [Written(error=error)] * len(members)


def _join_where_they_are(moved: Mapping[str, Member], crm: Crm) -> dict[str, Written]:
    """The Lead was converted or merged since it was written: its Contact, or its master, joins."""
    if not moved:
        return {}
    try:
        today = crm.follow([member.record_id for member in moved.values()], ())
    except FormToLeadError as error:
        return {one: Written(error=error) for one in moved}
    there = {
        one: replace(member, record_id=str(today[member.record_id]["Id"]))
        for one, member in moved.items()
        if member.record_id in today
    }
    return dict(zip(there, _join(list(there.values()), crm), strict=True)) if there else {}


def _member(one: Prepared, result: Result) -> Member | None:
    campaign = one.form.campaign_of(one.submission.sources.campaign)
    if campaign is None or not isinstance(result, Settled) or not result.outcome.record_id:
        return None
    return Member(campaign.in_org, result.outcome.record_id, campaign.status)


def _joined(submission_id: str, result: Result, written: Written) -> Result:
    """Without its campaign a Lead is still the Lead: what the org refuses for good is told, not rejected."""
    refused = isinstance(written.error, PermanentError) or (written.error and written.error.code in MOVED)
    if not refused or not isinstance(result, Settled) or written.error is None:
        return written.error or result
    log("campaign_refused", level="warning", submission_id=submission_id, error=written.error.code)
    count("CampaignRefused")
    evidence = {**result.outcome.evidence, "campaign_refused": written.error.code}
    return replace(result, outcome=result.outcome.model_copy(update={"evidence": evidence}))
