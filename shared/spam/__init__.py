"""Is this the work of a machine? Pure rules, one file a measure; `judging` adds up what they find.

Suspicion never drops anything: a submission is put aside ("quarantined") with its points and reasons, the sender is
told what everybody is told, and an operator can release it.
"""
