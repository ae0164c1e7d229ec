"""Networks that a user would pick instead, built anew from their published layers.

With random weights: what they compute takes as long, and nothing of it is shown.
"""
