"""The whole of form-to-lead on one machine: emulated AWS, a Salesforce org stand-in and a demo website.

Nothing here is deployed. `python -m local` (or `make run`) brings it up; all of it listens on 127.0.0.1 only.
"""
