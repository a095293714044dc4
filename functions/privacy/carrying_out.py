"""Each order to the privacy function, with what does it."""

from dataclasses import asdict

from functions.privacy.orders import AnyOrder, Begin, Delete, End, Erase, Find, Forget, Letters, Look, Taught
from shared.aws.ledger import Ledger
from shared.observability import count
from shared.privacy import erasing, in_org
from shared.privacy.retention import expire
from shared.privacy.subject import Subject


def about_nobody(order: AnyOrder, outside: erasing.Dependencies, ledger: Ledger) -> object:
    match order:
        case Letters(submission_ids=ids):
            return erasing.delete_letters(ids, outside)
        case End(audit_id=audit_id, progress=progress, counts=counts):
            return erasing.end(audit_id, progress, counts, outside)
        case _:
            expired = expire(ledger, outside.rows, outside.forms, outside.now())
            count("ExpiringSoon", expired.soon)
            count("QuarantineEndsSoon", expired.quarantined_soon)
            return asdict(expired)


def about(person: Subject, order: AnyOrder, outside: erasing.Dependencies) -> object:
    done: object
    match order:
        case Begin(action=action, by=by, salesforce=salesforce):
            done = erasing.begin(action, person.email_key, by, outside, salesforce=salesforce)
        case Erase(submission_ids=ids, by=by, also=also):
            done = [asdict(one) for one in erasing.erase_rows(ids, person, by, outside, also=also)]
        case Taught():
            done = erasing.taught(person, outside)
        case Forget():
            done = erasing.forget(person, outside)
        case Look(submission_ids=ids, keep=keep, everything=everything):
            done = asdict(in_org.look_in_org(person, ids, outside, keep=keep, everything=everything))
        case Delete(submission_ids=ids, keep=keep):
            done = asdict(in_org.delete_in_org(person, ids, outside, keep=keep))
        case Find(after=after):
            done = asdict(erasing.find(person, after, outside))
        case _:
            raise TypeError("an order that is about nobody")
    return done
