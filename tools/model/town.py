"""The invented town of Brindle: everything the corpus says about it stands here once, so that facts never disagree.
Nothing is taken from elsewhere."""

# place: (where, opens, closes, who, what one does there)
PLACES = {
    "bakery": ("on Mill Street", "six", "two", "Mara", "buys bread and plum cake"),
    "library": ("beside the clock tower", "nine", "six", "Mr Oakes", "borrows books"),
    "school": ("on the hill", "eight", "three", "Miss Fenn", "learns to read and count"),
    "harbour": ("at the end of Rope Lane", "five", "nine", "Captain Hale", "watches the boats"),
    "market": ("on the square", "seven", "noon", "Old Tam", "buys fruit, fish and wool"),
    "mill": ("by the river", "six", "four", "Bram", "grinds the corn"),
    "inn": ("near the bridge", "ten", "midnight", "Greta", "eats soup and sleeps"),
    "post office": ("on Mill Street", "eight", "five", "Nils", "sends letters"),
    "museum": ("in the old mill house", "ten", "four", "Doctor Pell", "looks at old ships"),
    "garden": ("behind the school", "dawn", "dusk", "Ivy", "smells the roses"),
    "boat yard": ("next to the harbour", "seven", "five", "Joss", "mends boats"),
    "theatre": ("on Lantern Street", "seven", "ten", "Madame Orla", "hears songs and plays"),
}

# thing: (sentence subject, fact pairs question word -> answer)
THINGS = {
    "ferry": {"where": "leaves from Pier Four in the harbour", "when": "leaves at seven in the morning", "colour": "white", "who": "Captain Hale"},
    "clock tower": {"where": "stands in the middle of the square", "when": "rings every hour", "colour": "grey", "who": "Mr Oakes"},
    "bridge": {"where": "crosses the river Brin", "when": "was built a hundred years ago", "colour": "red", "who": "Bram"},
    "lighthouse": {"where": "stands on Gull Rock", "when": "shines from dusk to dawn", "colour": "white", "who": "Lena"},
    "mail coach": {"where": "stops at the post office", "when": "comes at noon", "colour": "green", "who": "Nils"},
    "fountain": {"where": "stands in front of the library", "when": "runs from spring to autumn", "colour": "blue", "who": "Ivy"},
    "night train": {"where": "stops at North Halt", "when": "leaves at nine in the evening", "colour": "black", "who": "Mr Stone"},
    "town cat": {"where": "sleeps on the bakery wall", "when": "eats at five", "colour": "orange", "who": "Mara"},
}

DAYS = {"Monday": "washing day", "Tuesday": "market day", "Wednesday": "school choir day", "Thursday": "fish day",
        "Friday": "baking day", "Saturday": "boat race day", "Sunday": "rest day"}

SEASONS = {"spring": "the Kite Festival", "summer": "the Boat Festival", "autumn": "the Apple Festival", "winter": "the Lantern Festival"}

MAYOR = "Mayor Wren"
TOWN = "Brindle"
RIVER = "the river Brin"
