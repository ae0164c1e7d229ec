"""The colorization Turing test: which of two pictures was taken by a camera?

After Zhang, Isola and Efros 2016, section 4.1, and Saharia et al. 2022 (Palette): a
forced choice between a photo and its colorized version. The share of choices that fall
on the colorized one is the fool rate; 50 % is perfect. `pairs` finds and prepares the
pictures, `page` writes the test as a web page, `results` and `scoring` pool what people
answered.
"""

from colorize_cli.turing.page import TuringPage, write_test
from colorize_cli.turing.results import Result, Trial, read_results
from colorize_cli.turing.scoring import Score, score

__all__ = [
    "Result",
    "Score",
    "Trial",
    "TuringPage",
    "read_results",
    "score",
    "write_test",
]
