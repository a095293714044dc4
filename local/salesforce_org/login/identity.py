"""Who a session belongs to: GET /services/oauth2/userinfo and GET /id/{organisation}/{user}.

Unlike the API, both answer a token that they do not take with 403 and one word of text. Bad_OAuth_Token is
known from public code that logs in again when it sees it. The other words, and which one a real org picks for a session
that has run out, are from memory: guesses.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from local.salesforce_org.messages import JsonObject, Request, Response, Row
from local.salesforce_org.records.store import Store
from local.salesforce_org.rest.call import NEWEST_VERSION
from local.salesforce_org.schema.fields import SOBJECTS
from local.salesforce_org.schema.ids import normal_id

from .sessions import Sessions, bearer_token

IDENTITY_PREFIX = "/id/"


class _Refused(Exception):
    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


@dataclass(frozen=True)
class Identity:
    sessions: Sessions
    store: Store

    def answer(self, request: Request, instance_url: str) -> Response:
        if request.method not in {"GET", "HEAD", "POST"}:
            return _word(405, "Method_Not_Allowed")
        try:
            user = self._asked_for(request)
        except _Refused as refused:
            return _word(refused.status, refused.word)
        organization = self.sessions.organization_id
        shared = _shared(user, organization, instance_url)
        own_url = f"{instance_url}/id/{organization}/{user['Id']}"
        if request.path.startswith(IDENTITY_PREFIX):
            return Response(200, {**shared, **_identity_only(user), "id": own_url, "asserted_user": True})
        return Response(200, {**shared, **_userinfo_only(user), "sub": own_url})

    def _asked_for(self, request: Request) -> Row:
        authorization = request.headers.get("authorization", "")
        if not authorization:
            raise _Refused(403, "Missing_OAuth_Token")
        user_id = self.sessions.user_of(bearer_token(authorization))
        if user_id is None:
            raise _Refused(403, "Bad_OAuth_Token")
        if request.path.startswith(IDENTITY_PREFIX):
            organization, _, wanted = request.path.removeprefix(IDENTITY_PREFIX).strip("/").partition("/")
            if normal_id(organization) != self.sessions.organization_id:
                raise _Refused(403, "Wrong_Org")
            user_id = normal_id(wanted) or ""
        user = self.store.get(SOBJECTS["User"], user_id)
        if user is None:
            raise _Refused(404, "Bad_Id")
        if not user["IsActive"]:
            raise _Refused(403, "Inactive")
        return user


def _word(status: int, word: str) -> Response:
    return Response(status, word.encode(), {"Content-Type": "text/plain;charset=UTF-8"})


def _shared(user: Row, organization: str, instance_url: str) -> JsonObject:
    data, soap = f"{instance_url}/services/data/v{NEWEST_VERSION}.0", f"{instance_url}/services/Soap"
    return {
        "user_id": user["Id"],
        "organization_id": organization,
        "email": user["Email"],
        "email_verified": True,
        "user_type": str(user["UserType"]).upper(),
        "language": user["LanguageLocaleKey"],
        "locale": user["LanguageLocaleKey"],
        "active": True,
        "urls": {
            "enterprise": f"{soap}/c/{NEWEST_VERSION}.0/{organization[:15]}",
            "partner": f"{soap}/u/{NEWEST_VERSION}.0/{organization[:15]}",
            "rest": f"{data}/",
            "sobjects": f"{data}/sobjects/",
            "query": f"{data}/query/",
            "custom_domain": instance_url,
        },
    }


def _identity_only(user: Row) -> JsonObject:
    return {
        "username": user["Username"],
        "display_name": user["Name"],
        "nick_name": user["Alias"],
        "first_name": user["FirstName"],
        "last_name": user["LastName"],
        "timezone": user["TimeZoneSidKey"],
        "last_modified_date": user["LastModifiedDate"],
        "is_app_installed": True,
    }


def _winter_offset(zone: str) -> int:
    """Milliseconds. The recorded answer was given in summer, and told the zone's winter time."""
    offset = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta()
    return int(offset.total_seconds() * 1000)


def _userinfo_only(user: Row) -> JsonObject:
    return {
        "preferred_username": user["Username"],
        "name": user["Name"],
        "nickname": user["Alias"],
        "given_name": user["FirstName"],
        "family_name": user["LastName"],
        "zoneinfo": user["TimeZoneSidKey"],
        "utcOffset": _winter_offset(str(user["TimeZoneSidKey"])),
        "updated_at": str(user["LastModifiedDate"]).replace(".000+0000", "Z"),
    }
