"""The data sets of the suite: those that methods are designed on, and the others."""

DESIGN = (
    "mulan/emotions",
    "mulan/scene",
    "mulan/yeast",
    "mulan/birds",
    "mulan/enron",
    "mulan/medical",
    "bibtex",
)


# Looked at once, after every choice is made.
CONFIRMATION = (
    "mulan/cal500",
    "mulan/genbase",
    "mulan/flags",
    "mulan/foodtruck",
    "mulan/corel5k",
    "delicious",
)


GROUPS = {
    "design": DESIGN,
    "confirmation": CONFIRMATION,
    "all": (*DESIGN, *CONFIRMATION),
}


# Of every row on every data set; the seeds are 0, 1, ...
SEEDS = 3
