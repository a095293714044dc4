"""A Salesforce org stand-in, as strict as the real API where it answers at all.

    with Org(":memory:") as org, serve(org, certs_dir) as running:
        requests.get(running.url + "/services/data", verify=running.ca_file)

It follows public documentation and recorded answers; comments say where the real org's behaviour is not public.
"""

from .messages import Request, Response
from .org import Org
from .server import RunningOrg, serve

__all__ = ["Org", "Request", "Response", "RunningOrg", "serve"]
