"""Form files from pages with a Salesforce Web-to-Lead form."""
