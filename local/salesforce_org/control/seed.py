"""What stands in the org of FlexFit Fietsen before the first form is sent. All of it is invented.

Set-up (always there): the organisation; users Form Integratie (the integration user), Daan Verkoop, Eva Sales and
Noor Vertrokken (inactive, owns nothing); the queues Website Leads (for Leads only) and Werkplaats (for Tasks only);
the lead statuses; the Lead record types Website, Showroom and Beurs (inactive); the permission set of this project,
assigned to the integration user; no assignment rule; one validation rule: a Lead of company "Verboden BV" is refused
with "Company is on the do-not-serve list."

Campaigns: Fietsbeurs 2026 (active) and Zomeractie 2025 (not active), with the statuses Sent (default) and Responded.

Accounts: Gemeente Utrecht, Bakkerij Jansen, Zorggroep De Linde, Fietskoeriers Oost.

Contacts:
- Anna de Boer, Gemeente Utrecht, anna.deboer@example.com, phone +31 30 123 45 67, owner Daan Verkoop
- Pieter Jansen, Bakkerij Jansen, pieter.jansen@example.com, mobile 06-24681357, owner Eva Sales
- Fatima El Amrani, Zorggroep De Linde, fatima.elamrani@example.org, phone 030 - 765 43 21, owner Daan Verkoop
- Lotte Visser, Fietskoeriers Oost, lotte.visser@example.net, mobile +31638570142, owner Eva Sales: she was a Lead

Leads:
- Sanne de Vries, De Vries Catering, sanne.devries@example.com, no phone, in the queue Website Leads
- Thomas Bakker, Bakker Bouw, no e-mail, mobile 0648812795, owner Daan Verkoop
- Zoë Maes, Maes & Zonen, zoe.maes@example.net, phone +32 470 48 81 27, owner Eva Sales
- Robin Smit, twice (Smit Verhuur; Smit Verhuur BV), both robin.smit@example.com: a duplicate nobody cleaned up
- Mark Peters, Peters Advies, mark.peters@example.org, closed, not converted, owner Eva Sales
- Lotte Visser, Fietskoeriers Oost, lotte.visser@example.net, mobile +31648812790, which she has no more: converted to
  the Contact of that name

Tasks: one, "Call back about the cargo bikes", for Anna de Boer, owner Daan Verkoop.
"""

from datetime import timedelta

from local.salesforce_org.messages import Row
from local.salesforce_org.query.plan import stored_datetime
from local.salesforce_org.records.saving import Records
from local.salesforce_org.records.validation import ValidationRule
from local.salesforce_org.schema.fields import SOBJECTS

from . import permissions

INTEGRATION_USER_NAME = "form.integratie@example.com"
DEFAULT_RULES = (ValidationRule("Lead", "Company", "Verboden BV", "Company is on the do-not-serve list."),)
_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")
_CONVERTED_STATUS = "Closed - Converted"


def _id_of(records: Records, sobject: str, name: str) -> str:
    return next(str(row["Id"]) for row in records.store.all(SOBJECTS[sobject]) if row["Name"] == name)


def set_up(records: Records, organization_id: str) -> None:
    """The organisation, its users, queue and lead statuses. The integration user gets the id `records.user_id`."""
    add = records.insert_as_system
    add(
        SOBJECTS["Organization"],
        {
            "Id": organization_id,
            "Name": "FlexFit Fietsen",
            "InstanceName": "LOCAL",
            "IsSandbox": True,
            "OrganizationType": "Developer Edition",
            "LanguageLocaleKey": "nl_NL",
        },
    )
    for first, last, active in (
        ("Form", "Integratie", True),
        ("Daan", "Verkoop", True),
        ("Eva", "Sales", True),
        ("Noor", "Vertrokken", False),
    ):
        address = f"{first}.{last}@example.com".lower()
        add(
            SOBJECTS["User"],
            {
                "FirstName": first,
                "LastName": last,
                "Username": address,
                "Email": address,
                "Alias": first.lower()[:8],
                "IsActive": active,
                "UserType": "Standard",
                "TimeZoneSidKey": "Europe/Amsterdam",
                "LanguageLocaleKey": "nl_NL",
            },
        )
    for name, serves in (("Website Leads", "Lead"), ("Werkplaats", "Task")):
        developer_name = name.replace(" ", "_")
        queue = add(SOBJECTS["Group"], {"Name": name, "DeveloperName": developer_name, "Type": "Queue"})
        add(SOBJECTS["QueueSobject"], {"QueueId": queue, "SobjectType": serves})
    for name, active in (("Website", True), ("Showroom", True), ("Beurs", False)):
        kind: Row = {"Name": name, "DeveloperName": name, "SobjectType": "Lead", "IsActive": active}
        add(SOBJECTS["RecordType"], kind)
    permissions.add_permission_set(records)
    for order, status in enumerate(_STATUSES, start=1):
        values: Row = {"MasterLabel": status, "ApiName": status, "SortOrder": order}
        add(
            SOBJECTS["LeadStatus"],
            values | {"IsDefault": order == 1, "IsConverted": status == _CONVERTED_STATUS},
        )


def add_people(records: Records) -> None:
    """The accounts, contacts, leads and the task listed above, created over the past weeks."""

    def day(ago: int) -> Row:
        moment = stored_datetime(records.now() - timedelta(days=ago))
        return {"CreatedDate": moment, "LastModifiedDate": moment, "SystemModstamp": moment}

    for name, active in (("Fietsbeurs 2026", True), ("Zomeractie 2025", False)):
        campaign: Row = {"Name": name, "IsActive": active}
        records.insert_as_system(SOBJECTS["Campaign"], campaign | day(100))
    daan, eva = _id_of(records, "User", "Daan Verkoop"), _id_of(records, "User", "Eva Sales")
    queue = _id_of(records, "Group", "Website Leads")
    accounts = {
        name: records.insert_as_system(
            SOBJECTS["Account"], {"Name": name, "OwnerId": owner, "BillingCity": city, "Type": kind} | day(90)
        )
        for name, owner, city, kind in (
            ("Gemeente Utrecht", daan, "Utrecht", "Customer - Direct"),
            ("Bakkerij Jansen", eva, "Amersfoort", "Customer - Direct"),
            ("Zorggroep De Linde", daan, "Zeist", "Prospect"),
            ("Fietskoeriers Oost", eva, "Arnhem", "Customer - Direct"),
        )
    }
    contacts = {
        last: records.insert_as_system(
            SOBJECTS["Contact"],
            {
                "FirstName": first,
                "LastName": last,
                "AccountId": accounts[account],
                "Email": email,
                "OwnerId": owner,
            }
            | numbers
            | day(60),
        )
        for first, last, account, email, numbers, owner in _contacts(daan, eva)
    }
    for values in _leads(daan, eva, queue):
        records.insert_as_system(SOBJECTS["Lead"], {"Status": _STATUSES[0], "LeadSource": "Web"} | values | day(20))
    converted: Row = {
        "FirstName": "Lotte",
        "LastName": "Visser",
        "Company": "Fietskoeriers Oost",
        "Email": "lotte.visser@example.net",
        "MobilePhone": "+31648812790",
        "OwnerId": eva,
        "Status": _CONVERTED_STATUS,
        "IsConverted": True,
        "ConvertedDate": stored_datetime(records.now() - timedelta(days=50))[:10],
        "ConvertedAccountId": accounts["Fietskoeriers Oost"],
        "ConvertedContactId": contacts["Visser"],
    }
    records.insert_as_system(SOBJECTS["Lead"], converted | day(80))
    records.insert_as_system(
        SOBJECTS["Task"],
        {
            "Subject": "Call back about the cargo bikes",
            "WhoId": contacts["de Boer"],
            "WhatId": accounts["Gemeente Utrecht"],
            "OwnerId": daan,
            "Description": "Wants an offer for three cargo bikes for the city's gardeners.",
        }
        | day(5),
    )


def _contacts(daan: str, eva: str) -> tuple[tuple[str, str, str, str, Row, str], ...]:
    return (
        (
            "Anna",
            "de Boer",
            "Gemeente Utrecht",
            "anna.deboer@example.com",
            {"Phone": "+31 30 123 45 67"},
            daan,
        ),
        (
            "Pieter",
            "Jansen",
            "Bakkerij Jansen",
            "pieter.jansen@example.com",
            {"MobilePhone": "06-24681357"},
            eva,
        ),
        (
            "Fatima",
            "El Amrani",
            "Zorggroep De Linde",
            "fatima.elamrani@example.org",
            {"Phone": "030 - 765 43 21"},
            daan,
        ),
        (
            "Lotte",
            "Visser",
            "Fietskoeriers Oost",
            "lotte.visser@example.net",
            {"MobilePhone": "+31638570142"},
            eva,
        ),
    )


def _leads(daan: str, eva: str, queue: str) -> tuple[Row, ...]:
    return (
        {
            "FirstName": "Sanne",
            "LastName": "de Vries",
            "Company": "De Vries Catering",
            "Email": "sanne.devries@example.com",
            "OwnerId": queue,
        },
        {
            "FirstName": "Thomas",
            "LastName": "Bakker",
            "Company": "Bakker Bouw",
            "MobilePhone": "0648812795",
            "LeadSource": "Phone Inquiry",
            "OwnerId": daan,
        },
        {
            "FirstName": "Zoë",
            "LastName": "Maes",
            "Company": "Maes & Zonen",
            "Email": "zoe.maes@example.net",
            "Phone": "+32 470 48 81 27",
            "Country": "Belgium",
            "Status": "Working - Contacted",
            "OwnerId": eva,
        },
        {
            "FirstName": "Robin",
            "LastName": "Smit",
            "Company": "Smit Verhuur",
            "Email": "robin.smit@example.com",
            "OwnerId": daan,
        },
        {
            "FirstName": "Robin",
            "LastName": "Smit",
            "Company": "Smit Verhuur BV",
            "Email": "robin.smit@example.com",
            "OwnerId": eva,
        },
        {
            "FirstName": "Mark",
            "LastName": "Peters",
            "Company": "Peters Advies",
            "Email": "mark.peters@example.org",
            "Status": "Closed - Not Converted",
            "OwnerId": eva,
        },
    )
