"""Adapters for AWS: the ledger, the queues, the locks, secrets."""
