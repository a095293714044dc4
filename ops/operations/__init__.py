"""What operators do, without a screen: read the ledger, and give orders to the stack's functions."""
