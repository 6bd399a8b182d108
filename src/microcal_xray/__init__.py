"""Find thin dark and bright lines across bone in radiographs, for a reviewer to judge.

Not a medical device.
"""

__version__ = "0.1.0"
