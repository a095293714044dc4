"""The Lead fields that a form may write, and how much text each holds.

Source: the describe of a real Lead object. Custom fields (`...__c`) are the org's own: their lengths are
checked by the org, and Web-to-Lead style mass assignment (OwnerId, IsConverted, Id) is impossible because
only fields on a form's map are ever written.
"""

import re
from typing import Final

COMPANY_LENGTH: Final = 255

TEXT_LENGTHS: Final = {
    "FirstName": 40,
    "LastName": 80,
    "Company": COMPANY_LENGTH,
    "Title": 128,
    "Email": 80,
    "Phone": 40,
    "MobilePhone": 40,
    "Fax": 40,
    "Website": 255,
    "Street": 255,
    "City": 40,
    "State": 80,
    "PostalCode": 20,
    "Country": 80,
    "CountryCode": 2,
    "StateCode": 10,
    "Industry": 255,
    "Rating": 255,
    "Salutation": 40,
    "LeadSource": 255,
    "Description": 32000,
}
OTHER_FIELDS: Final = frozenset(
    {"NumberOfEmployees", "AnnualRevenue", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall"}
)
LOOKED_UP_ON_PEOPLE: Final = (
    "Id", "FirstName", "LastName", "Email", "Phone", "MobilePhone", "OwnerId", "LastModifiedDate",
)  # fmt: skip
"""What every look-up reads of Leads and Contacts. An API user who may not see one of them finds nobody."""
LOOKED_UP_ON_LEADS: Final = (*LOOKED_UP_ON_PEOPLE, "Company", "Street", "City", "PostalCode", "Country")
LOOKED_UP_ON_CONTACTS: Final = (
    *LOOKED_UP_ON_PEOPLE, "HomePhone", "OtherPhone", "AccountId", "MailingStreet", "MailingCity", "MailingPostalCode",
    "MailingCountry",
)  # fmt: skip
"""Account.Name comes with them: a Contact's company."""
_CUSTOM_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*__c")

SUBMISSION_ID_FIELD: Final = "Submission_Id__c"
"""The exactly-once anchor."""
POSSIBLE_DUPLICATE_FIELD: Final = "Possible_Duplicate_Of__c"
"""Of a held Lead: the id of the record that may be the same person."""
MATCH_EVIDENCE_FIELD: Final = "Match_Evidence__c"
"""Of a held Lead: why, in words."""
EVIDENCE_ROOM: Final = 4000
_OURS: Final = frozenset(name.lower() for name in (SUBMISSION_ID_FIELD, POSSIBLE_DUPLICATE_FIELD, MATCH_EVIDENCE_FIELD))


def is_custom(lead_field: str) -> bool:
    """What we keep our own account in is no form's to write, in whatever case: Salesforce does not look at it."""
    return _CUSTOM_NAME.fullmatch(lead_field) is not None and lead_field.lower() not in _OURS


def is_writable(lead_field: str) -> bool:
    return lead_field in TEXT_LENGTHS or lead_field in OTHER_FIELDS or is_custom(lead_field)
