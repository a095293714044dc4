"""The door to Salesforce. crm.py is what processing asks; each other file does one thing for it.

crm ──▶ queries, answers, names        what is asked and what came back
 └────▶ connection ──▶ login, budget   one API call: with a session, in time, within the org's daily calls
codes                                  what each of Salesforce's error codes means for a submission
"""
