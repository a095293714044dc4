"""From a row to Salesforce: candidates, plan, writes, outcome."""
