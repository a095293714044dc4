"""Is this person already in the org? Pure: people in, a decision with its evidence out."""

from shared.matching.exact import Decision, Person, decide

__all__ = ["Decision", "Person", "decide"]
