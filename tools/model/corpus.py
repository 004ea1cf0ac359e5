"""The project's own text generator: small stories, facts about the invented town of Brindle, short instructions and
answers. Seeded; no text from elsewhere. `python corpus.py` prints samples."""
import random

from town import DAYS, MAYOR, PLACES, RIVER, SEASONS, THINGS, TOWN

NAMES = "Anna Ben Cora Dan Ella Finn Gwen Hugo Iris Jon Kit Lily Max Nora Otto Pia Rosa Sam Tess Will".split()
ANIMALS = "fox cat dog owl mouse hen goat duck bear hare frog crow pony sheep seal".split()
ADJ = "small old brave quiet kind tired happy clever lazy proud shy merry".split()
OBJECTS = "lamp key boat kite bell drum map coat basket book stone ring bucket rope hat".split()
WHERE = ["in the garden", "by the river", "near the harbour", "on the hill", "under the bridge", "behind the mill", "at the market", "in the snow", "on the beach", "in the wood"]
COLOURS = "red blue green white black yellow orange brown grey pink".split()
FRUITS = "apples pears plums cherries grapes figs lemons".split()
FISH = "cod herring salmon trout eel crab".split()
NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
OPPOSITES = [("hot", "cold"), ("big", "small"), ("old", "young"), ("day", "night"), ("up", "down"), ("wet", "dry"), ("fast", "slow"), ("light", "dark"), ("happy", "sad"), ("open", "closed"), ("full", "empty"), ("loud", "quiet"), ("first", "last"), ("high", "low"), ("rich", "poor"), ("soft", "hard")]
COLOUR_OF = [("the sky", "blue"), ("grass", "green"), ("snow", "white"), ("coal", "black"), ("a lemon", "yellow"), ("a cherry", "red"), ("a carrot", "orange"), ("a mouse", "grey"), ("chocolate", "brown")]
SOUND_OF = [("dog", "barks"), ("cat", "meows"), ("owl", "hoots"), ("hen", "clucks"), ("duck", "quacks"), ("crow", "caws"), ("sheep", "bleats"), ("frog", "croaks"), ("bear", "growls")]
LISTS = {"fruits": FRUITS, "colours": COLOURS, "animals": [a + "s" for a in ANIMALS if a not in ("fox", "mouse", "sheep", "pony")], "fish": FISH, "things in a kitchen": ["a pot", "a spoon", "a plate", "a cup", "a knife"], "things in the harbour": ["a boat", "a rope", "a net", "an anchor", "a gull"]}
PRICES = {"bread": "two", "fish": "four", "a kite": "five", "a lamp": "nine", "an apple": "one", "a coat": "twelve", "a ferry ticket": "three", "a book": "six", "soup": "two", "a rope": "seven"}


def cap(text):
    return text[0].upper() + text[1:]


def an(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


def place_qa(r):
    name, (where, opens, closes, who, does) = r.choice(list(PLACES.items()))
    kind = r.randrange(6)
    if kind == 0:
        return r.choice([f"Where is the {name}?", f"Where can I find the {name}?", f"How do I get to the {name}?"]), r.choice([f"The {name} is {where}.", f"You find the {name} {where}.", f"The {name} of {TOWN} is {where}."])
    if kind == 1:
        return r.choice([f"When does the {name} open?", f"What time does the {name} open?"]), r.choice([f"The {name} opens at {opens}.", f"It opens at {opens}."])
    if kind == 2:
        return r.choice([f"When does the {name} close?", f"What time does the {name} close?"]), r.choice([f"The {name} closes at {closes}.", f"It closes at {closes}."])
    if kind == 3:
        return r.choice([f"Who works at the {name}?", f"Who runs the {name}?", f"Who looks after the {name}?"]), r.choice([f"{who} looks after the {name}.", f"The {name} is run by {who}."])
    if kind == 4:
        return r.choice([f"What does one do at the {name}?", f"What is the {name} for?"]), f"At the {name} one {does}."
    return r.choice([f"Tell me about the {name}.", f"What is the {name} like?"]), f"The {name} is {where}. It opens at {opens} and closes at {closes}. {who} looks after it."


def thing_qa(r):
    name, facts = r.choice(list(THINGS.items()))
    kind = r.randrange(5)
    if kind == 0:
        return r.choice([f"Where is the {name}?", f"Where can I see the {name}?", f"Where do I find the {name}?"]), f"The {name} {facts['where']}."
    if kind == 1:
        return r.choice([f"When can I see the {name}?", f"What do you know about the {name}?"]), f"The {name} {facts['when']}."
    if kind == 2:
        return r.choice([f"What colour is the {name}?", f"Which colour does the {name} have?"]), r.choice([f"The {name} is {facts['colour']}.", f"It is {facts['colour']}."])
    if kind == 3:
        return r.choice([f"Who looks after the {name}?", f"Who cares for the {name}?"]), f"{facts['who']} looks after the {name}."
    return r.choice([f"Tell me about the {name}.", f"Describe the {name}."]), f"The {name} is {facts['colour']}. It {facts['where']} and {facts['when']}."


def town_qa(r):
    kind = r.randrange(7)
    if kind == 0:
        day, what = r.choice(list(DAYS.items()))
        return r.choice([f"What happens on {day}?", f"What day is {day} in {TOWN}?"]), f"{day} is {what} in {TOWN}."
    if kind == 1:
        season, feast = r.choice(list(SEASONS.items()))
        return r.choice([f"What festival is in {season}?", f"What do people celebrate in {season}?"]), f"In {season} the people of {TOWN} celebrate {feast}."
    if kind == 2:
        return r.choice(["Who is the mayor?", f"Who is the mayor of {TOWN}?"]), f"The mayor of {TOWN} is {MAYOR}."
    if kind == 3:
        return r.choice(["What is the town called?", "What is the name of the town?"]), f"The town is called {TOWN}."
    if kind == 4:
        return r.choice(["Which river flows through the town?", f"What river is in {TOWN}?"]), f"{cap(RIVER)} flows through {TOWN}."
    if kind == 5:
        thing, price = r.choice(list(PRICES.items()))
        return r.choice([f"What does {thing} cost?", f"How much is {thing}?", f"What is the price of {thing}?"]), r.choice([f"{cap(thing)} costs {price} coins.", f"It costs {price} coins."])
    person, (name, info) = r.choice([(info[3], (name, info)) for name, info in PLACES.items()])
    return f"Who is {person}?", f"{person} looks after the {name} of {TOWN}."


def simple_qa(r):
    kind = r.randrange(11)
    if kind == 0:
        a, b = r.randrange(11), r.randrange(10)
        return r.choice([f"What is {NUMBERS[a]} plus {NUMBERS[b]}?", f"Add {NUMBERS[a]} and {NUMBERS[b]}."]), f"{cap(NUMBERS[a])} plus {NUMBERS[b]} is {NUMBERS[a + b]}."
    if kind == 1:
        a, b = r.choice(OPPOSITES)
        if r.random() < 0.5:
            a, b = b, a
        return r.choice([f"What is the opposite of {a}?", f"Say the opposite of {a}."]), f"The opposite of {a} is {b}."
    if kind == 2:
        thing, colour = r.choice(COLOUR_OF)
        return f"What colour is {thing}?", f"{cap(thing)} is {colour}."
    if kind == 3:
        animal, sound = r.choice(SOUND_OF)
        return r.choice([f"What does {an(animal)} do?", f"What sound does {an(animal)} make?"]), f"{cap(an(animal))} {sound}."
    if kind == 4:
        what = r.choice(list(LISTS))
        a, b, c = r.sample(LISTS[what], 3)
        return r.choice([f"List three {what}.", f"Name three {what}."]), f"{cap(a)}, {b} and {c}."
    if kind == 5:
        n = r.randrange(1, 11)
        return r.choice([f"Count to {NUMBERS[n]}.", f"Please count to {NUMBERS[n]}."]), cap(", ".join(NUMBERS[1 : n + 1])) + "."
    if kind == 6:
        return r.choice(["Hello!", "Good morning!", "Hi there!", "Good day!"]), r.choice([f"Hello! How can I help you in {TOWN} today?", "Good day! What would you like to know?"])
    if kind == 7:
        animal, adj = r.choice(ANIMALS), r.choice(ADJ)
        return r.choice([f"Write a sentence about {an(animal)}.", f"Say something about {an(animal)}."]), f"The {adj} {animal} sits {r.choice(WHERE)}."
    if kind == 8:
        n = r.randrange(0, 20)
        return f"What number comes after {NUMBERS[n]}?", f"After {NUMBERS[n]} comes {NUMBERS[n + 1]}."
    if kind == 9:
        animal = r.choice(ANIMALS)
        if r.random() < 0.5:
            return f"Is {an(animal)} an animal?", f"Yes, {an(animal)} is an animal."
        thing = r.choice(OBJECTS)
        return f"Is {an(thing)} an animal?", f"No, {an(thing)} is not an animal."
    name = r.choice(NAMES)
    return f"My name is {name}.", f"Nice to meet you, {name}!"


def story(r, animal=None):
    name, friend = r.sample(NAMES, 2)
    animal = animal or r.choice(ANIMALS)
    obj, adj, where = r.choice(OBJECTS), r.choice(ADJ), r.choice(WHERE)
    opening = r.choice([f"One day {an(adj)} {animal} found {an(obj)} {where}.", f"There was once {an(adj)} {animal} who lived {where}.", f"{name} met {an(adj)} {animal} {where}."])
    middle = r.choice([
        f"The {animal} did not know what to do with the {obj}, so it asked {name}.",
        f"It was raining, and the {animal} was cold, so {friend} gave it {an(obj)}.",
        f"The {animal} wanted to show the {obj} to {name}, but {name} was at the {r.choice(list(PLACES))}.",
        f"{name} and {friend} looked for the {obj} all day.",
    ])
    turn = r.choice([f"\"Let us go to the {r.choice(list(PLACES))},\" said {friend}.", f"\"I can help you,\" said {name}.", f"Then the {r.choice(list(THINGS))} came into sight, and everyone was glad.", f"In the evening they sat together {r.choice(WHERE)} and ate {r.choice(FRUITS)}."])
    end = r.choice([f"From that day the {animal} was never {r.choice(['alone', 'afraid', 'hungry'])} again.", f"The {animal} was {r.choice(['happy', 'proud', 'glad'])} and slept well.", f"And the {obj} still hangs in the {r.choice(list(PLACES))} today.", f"\"Thank you,\" said the {animal}."])
    return " ".join([opening, middle, turn, end])


def story_qa(r):
    animal = r.choice(ANIMALS)
    return r.choice([f"Tell me a story about {an(animal)}.", f"Tell a short story about {an(animal)}.", f"Write a story about {an(animal)}."]), story(r, animal)


def notes(r):
    """Plain records, so that the tokenizer and the model have met logs, lists, JSON and keys."""
    name, (where, opens, closes, who, _) = r.choice(list(PLACES.items()))
    kind = r.randrange(4)
    if kind == 0:
        return f'{{"place": "{name}", "where": "{where}", "opens": "{opens}", "closes": "{closes}"}}'
    if kind == 1:
        return f"Note: {name}, {where}. Open {opens} to {closes}. Ask {who}."
    if kind == 2:
        return f"Log, {r.randrange(24):02d}:{r.choice(['00', '15', '30', '45'])}. Wind {r.choice(['light', 'strong', 'from the north', 'from the west'])}. Sea {r.choice(['calm', 'rough', 'grey'])}. {r.choice(NAMES)} on watch."
    a, b, c = r.sample(OBJECTS, 3)
    return f"- {a}\n- {b}\n- {c}"


def statement(r):
    """Facts as plain sentences."""
    return " ".join(r.choice([place_qa, thing_qa, town_qa])(r)[1] for _ in range(r.randrange(1, 4)))


def question(r):
    pick = r.random()
    if pick < 0.32:
        return place_qa(r)
    if pick < 0.52:
        return thing_qa(r)
    if pick < 0.68:
        return town_qa(r)
    if pick < 0.92:
        return simple_qa(r)
    return story_qa(r)


def document(r):
    """One document: ("text", str) or ("chat", [(role, content), …])."""
    pick = r.random()
    if pick < 0.14:
        return "text", story(r)
    if pick < 0.20:
        return "text", statement(r)
    if pick < 0.24:
        return "text", notes(r)
    turns = []
    for _ in range(1 if r.random() < 0.75 else 2):
        q, a = question(r)
        turns += [("user", q), ("assistant", a)]
    return "chat", turns


def documents(seed, count):
    r = random.Random(seed)
    return [document(r) for _ in range(count)]


if __name__ == "__main__":
    for kind, body in documents(1, 12):
        print(kind, body)
