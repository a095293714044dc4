"""What an operator sees: tables for people, plain data for programs, masked unless asked otherwise."""
