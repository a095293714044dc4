"""Words that are the same but for a typing error."""

from typing import Final

from jellyfish import damerau_levenshtein_distance, jaro_winkler_similarity

_WORD: Final = 4
"""Letters from which on one wrong letter is a typing error and not another word."""


def are_alike(one: str, other: str, similarity: float) -> bool:
    """`similarity` is Jaro and Winkler's, 0 to 1."""
    if len(one) < _WORD or len(other) < _WORD:
        return False
    return one == other or is_one_edit_off(one, other) or jaro_winkler_similarity(one, other) >= similarity


def is_one_letter_off(one: str, other: str) -> bool:
    """Of words too short to say it of without a second look."""
    return min(len(one), len(other)) == _WORD - 1 and is_one_edit_off(one, other)


def is_one_edit_off(one: str, other: str) -> bool:
    """Of words of three letters or more. One letter wrong, missing or in its neighbour's place leaves the first or the
    last letter as it is (where each character is a letter): most words differ in both, and need no counting."""
    is_far = abs(len(one) - len(other)) > 1 or (one[0] != other[0] and one[-1] != other[-1])
    if is_far and one.isascii() and other.isascii():
        return False
    return damerau_levenshtein_distance(one, other) == 1
