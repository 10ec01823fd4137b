"""What a line of charges may stand on: one file a family, one Rule a basis.

A Rule says the code, the law, the names of the stored inputs, how they give the volume (and the
amount, where it is not volume × price) again, and the words for people. A new basis is a number
in app/domain/basis.py and one Rule here; nothing else knows how it works.
"""
