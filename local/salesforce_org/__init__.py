"""A Salesforce org stand-in, as strict as the real API where it answers at all.

    with Org(":memory:") as org, serve(org, certs_dir) as running:
        requests.get(running.url + "/services/data", verify=running.ca_file)

It follows public documentation and recorded answers; comments say where the real org's behaviour is not public.

A request's way through it:

| | |
|---|---|
| web/ | server.py reads it off the wire into a Request (messages.py) and sends the Response |
| org.py | hands it to one of the three below, with the faults that tests asked for |
| login/ | tokens and sessions |
| control/ | /_org: faults, behaviour, rules and the other knobs; what stands in the org at the start |
| rest/ | api.py finds the resource; a module for each kind of call |
| soap/ | merge(), for which REST has no call |
| records/ | saving.py checks and writes a record, store.py keeps it |
| duplicates/ | the rules that saving.py asks about duplicates |
| query/, search/ | SOQL and SOSL: text to syntax tree to rows |
| schema/ | the objects, their fields and describes |
"""

from .messages import Request, Response
from .org import Org
from .web.server import RunningOrg, serve

__all__ = ["Org", "Request", "Response", "RunningOrg", "serve"]
