"""A simulated org and what its forms are sent, the truth known.

What it is for: false merges are rare in a real org, so a sample of real submissions says little about them, and nobody
may publish it. Here the occasions are frequent, and whoever reads the seeds sees every one.

The shares, and why:
- Half of the submissions come from people who are in the org. A young organisation's forms bring fewer, an old
  one's more; with half, precision and recall rest on equally many cases.
- Half of the new people are hostile: taken for somebody of the org by a mailbox, a phone, an address, a firm or a name.
  In a real org that is a few percent (a household of which a second member writes, a second colleague of a firm). Ten
  times as many make the measure strict: what counts is that they are not merged, and how many humans have to look at.
- The case families' shares are in `existing.FAMILIES` and `newcomers.HOSTILE`. The common ones among the known (clean,
  spelled otherwise, mistyped) are as common as they are in CRM data; rare ones (marriage, family name first) are raised
  to some dozens a seed, so that a table by family says something.
- Fields are missing as they are in CRMs, see `sheets.RECORD` and `sheets.SUBMISSION`.
- 62 % of the people live in the Netherlands, the rest in nine more countries. More than 10 % have given names of
  languages that the matcher has no lists of (Czech, Romanian, Hungarian, Croatian).
- Names are as frequent as ranks say (`names`), so that namesakes come by chance as well as by design.
- Submissions don't enter the org: each is decided on its own against the same records.
"""

from tests.benchmarks.matching.simulation.simulate import (
    TEST_SEEDS,
    TRAIN_SEEDS,
    Simulation,
    Submission,
    simulate,
)

__all__ = ["TEST_SEEDS", "TRAIN_SEEDS", "Simulation", "Submission", "simulate"]
