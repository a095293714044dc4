"""What the org checks about members of campaigns, and what it derives."""

from collections.abc import Iterable

from local.salesforce_org.errors import Problem, RecordError
from local.salesforce_org.messages import Row, Scalar
from local.salesforce_org.schema.fields import SOBJECTS

from .store import Store

MEMBER, STATUS = SOBJECTS["CampaignMember"], SOBJECTS["CampaignMemberStatus"]
# The statuses that every new campaign starts with: label, default, counts as a response.
DEFAULT_STATUSES = (("Sent", True, False), ("Responded", False, True))


def statuses_of(store: Store, campaign: Scalar) -> list[Row]:
    return [row for row in store.all(STATUS) if row["CampaignId"] == campaign]


def with_default_status(store: Store, row: Row) -> Row:
    """A member that names no status gets its campaign's default."""
    if row.get("Status") is not None:
        return row
    default = next((each["Label"] for each in statuses_of(store, row.get("CampaignId")) if each["IsDefault"]), None)
    return row | {"Status": default}


def check_member(store: Store, row: Row, own_id: str | None) -> None:
    """Raises RecordError. The texts are guesses, save the one about a person who is a member already.

    A member with both a Lead and a Contact is said to be saved with the Contact alone, and an unknown status to give
    way to the default; refusing both keeps clients honest.
    """
    people = [name for name in ("LeadId", "ContactId") if row.get(name) is not None]
    if not people:
        raise RecordError(
            Problem("REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId, ContactId]", ("LeadId",))
        )
    if len(people) > 1 and own_id is None:
        message = "A campaign member is either a lead or a contact"
        raise RecordError(Problem("FIELD_INTEGRITY_EXCEPTION", message, ("LeadId", "ContactId")))
    if row.get("Status") not in {each["Label"] for each in statuses_of(store, row["CampaignId"])}:
        message = f"Status: bad value for restricted picklist field: {row.get('Status')}"
        raise RecordError(Problem("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, ("Status",)))
    if any(_same_person(row, other, people) for other in store.all(MEMBER) if other["Id"] != own_id):
        raise RecordError(Problem("DUPLICATE_VALUE", "Already a campaign member."))


def _same_person(row: Row, other: Row, people: Iterable[str]) -> bool:
    return row["CampaignId"] == other["CampaignId"] and any(row[name] == other[name] for name in people)


def derived(store: Store, row: Row, today: str) -> Row:
    """The read-only fields of a member."""
    status = next((each for each in statuses_of(store, row["CampaignId"]) if each["Label"] == row.get("Status")), None)
    responded = bool(status and status["HasResponded"])
    return {
        "HasResponded": responded,
        "FirstRespondedDate": row.get("FirstRespondedDate") or (today if responded else None),
        "LeadOrContactId": row.get("ContactId") or row.get("LeadId"),
        "Type": "Contact" if row.get("ContactId") else "Lead",
    }


def status_rows(campaign: str) -> Iterable[Row]:
    for order, (label, is_default, has_responded) in enumerate(DEFAULT_STATUSES, start=1):
        yield {
            "CampaignId": campaign,
            "Label": label,
            "SortOrder": order,
            "IsDefault": is_default,
            "HasResponded": has_responded,
        }
