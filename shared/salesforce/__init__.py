"""The door to Salesforce. crm.py is what processing asks; each other file does one thing for it.

crm ──▶ queries, answers, names        what is asked and what came back
describe ──▶ answers                   what the check of the forms asks of the org
 └────▶ connection ──▶ login, budget   both: one API call: with a session, in time, within the org's daily calls
codes                                  what each of Salesforce's error codes means for a submission
"""
