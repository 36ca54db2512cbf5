"""Questions with right answers: small tables of knowledge by topic, sums, and letters to count in the prompt's words.

Knows nothing of film. The same prompt always gets the same questions; an answer offered as wrong is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clipwise.sandbox.media.order import MediaError
from clipwise.sandbox.media.subjects import chance

MOST_QUESTIONS = 10
FEWEST_OPTIONS, MOST_OPTIONS = 2, 6


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the answers offered, and which of them is right."""

    text: str
    options: tuple[str, ...]
    right: int

    @property
    def answer(self) -> str:
        """The right one of the options."""
        return self.options[self.right]


@dataclass(frozen=True, slots=True)
class Topic:
    """A table from what is asked about to its only right answer, the better known first."""

    name: str
    keywords: str
    asks: str
    answers: Mapping[str, str]


def _table(text: str) -> Mapping[str, str]:
    pairs = (row.split(":") for row in text.replace("\n", ";").split(";") if row.strip())
    return {subject.strip(): answer.strip() for subject, answer in pairs}


TOPICS: tuple[Topic, ...] = (
    Topic("capitals of Europe", r"europe\w*", "What is the capital of {}?", _table("""
        France: Paris; Italy: Rome; Spain: Madrid; Germany: Berlin; Greece: Athens; Portugal: Lisbon; Ireland: Dublin
        Austria: Vienna; Poland: Warsaw; Sweden: Stockholm; Norway: Oslo; Denmark: Copenhagen; Hungary: Budapest
        Finland: Helsinki; Romania: Bucharest; Croatia: Zagreb; Iceland: Reykjavik; Bulgaria: Sofia; Latvia: Riga
        Slovenia: Ljubljana""")),
    Topic("capitals of the world", r"capitals?|countr\w+|world|geograph\w+|travel\w*", "What is the capital of {}?",
        _table("""
        Japan: Tokyo; Egypt: Cairo; Russia: Moscow; China: Beijing; Canada: Ottawa; Cuba: Havana; Kenya: Nairobi
        Argentina: Buenos Aires; Thailand: Bangkok; Peru: Lima; Australia: Canberra; Turkey: Ankara; Chile: Santiago
        Vietnam: Hanoi; Morocco: Rabat; New Zealand: Wellington; Nepal: Kathmandu; Senegal: Dakar""")),
    Topic("the planets", r"space|planets?|astronom\w+|solar|stars?|universe",
        "Which planet is number {} from the Sun?", _table("""
        3: Earth; 1: Mercury; 4: Mars; 2: Venus; 5: Jupiter; 6: Saturn; 8: Neptune; 7: Uranus""")),
    Topic("young animals", r"animals?|pets?|dogs?|cats?|farm|zoo|wildlife|nature|bab(?:y|ies)",
        "What is a young {} called?", _table("""
        cat: Kitten; dog: Puppy; sheep: Lamb; cow: Calf; duck: Duckling; pig: Piglet; horse: Foal; frog: Tadpole
        kangaroo: Joey; bear: Cub; goat: Kid; goose: Gosling; deer: Fawn; eagle: Eaglet; swan: Cygnet; hare: Leveret
        """)),
    Topic("chemical symbols", r"chemi\w+|elements?|science|periodic|atoms?|laborator\w+",
        "Which element has the symbol {}?", _table("""
        O: Oxygen; H: Hydrogen; C: Carbon; N: Nitrogen; He: Helium; Fe: Iron; Au: Gold; Ag: Silver; Cu: Copper
        Na: Sodium; Pb: Lead; Sn: Tin; K: Potassium; Hg: Mercury""")),
    Topic("famous paintings", r"art|arts|paint\w+|museums?|artists?", "Who painted {}?", _table("""
        Mona Lisa: Leonardo da Vinci; The Starry Night: Vincent van Gogh; Guernica: Pablo Picasso
        The Scream: Edvard Munch; Girl with a Pearl Earring: Johannes Vermeer; The Night Watch: Rembrandt
        The Birth of Venus: Sandro Botticelli; The Kiss: Gustav Klimt""")),
    Topic("books and their writers", r"books?|literature|novels?|authors?|writers?|read\w*|stor\w+", "Who wrote {}?",
        _table("""
        Hamlet: William Shakespeare; The Hobbit: J. R. R. Tolkien; Frankenstein: Mary Shelley; Dracula: Bram Stoker
        Pride and Prejudice: Jane Austen; Great Expectations: Charles Dickens; Moby-Dick: Herman Melville
        War and Peace: Leo Tolstoy; Don Quixote: Miguel de Cervantes; Animal Farm: George Orwell""")),
    Topic("years in history", r"histor\w+|past|wars?|dates?|years?|centur\w+", "In which year was {}?", _table("""
        the first Moon landing: 1969; the fall of the Berlin Wall: 1989; the sinking of the Titanic: 1912
        the end of the Second World War: 1945; the start of the French Revolution: 1789
        the American Declaration of Independence: 1776; the Battle of Hastings: 1066; the Battle of Waterloo: 1815
        """)),
    Topic("dishes and where they are from", r"food\w*|cook\w*|dish\w*|kitchen|cuisine\w*|recipes?|eat\w*|restaurants?",
        "Which country is {} from?", _table("""
        sushi: Japan; pizza: Italy; paella: Spain; moussaka: Greece; goulash: Hungary; haggis: Scotland
        kimchi: Korea; pierogi: Poland; poutine: Canada; caldo verde: Portugal; borscht: Ukraine
        feijoada: Brazil""")),
    Topic("shapes", r"shapes?|geometr\w+|polygons?", "How many sides does {} have?", _table("""
        a triangle: 3; a square: 4; a hexagon: 6; a pentagon: 5; an octagon: 8; a decagon: 10; a heptagon: 7
        a nonagon: 9; a dodecagon: 12""")),
    Topic("opposites", r"words?|vocabular\w+|opposites?|english|language|spelling|antonyms?",
        "What is the opposite of {}?", _table("""
        hot: Cold; big: Small; early: Late; open: Closed; full: Empty; day: Night; heavy: Light; strong: Weak
        ancient: Modern; noisy: Quiet; generous: Stingy; scarce: Plentiful""")),
)  # fmt: skip
_SUMS = re.compile(r"\b(?:math\w*|arithmetic|sums?|numbers?|multiplication|addition|calculat\w+|times tables?)\b")


def questions(prompt: str, count: int, options: int) -> tuple[str, tuple[Question, ...]]:
    """What the questions are about, and `count` of them with `options` answers each.

    Raises MediaError "unsupported_count" outside 1 to 10 questions and 2 to 6 answers.
    """
    for name, value, low, high in (
        ("questions_count", count, 1, MOST_QUESTIONS),
        ("options_count", options, FEWEST_OPTIONS, MOST_OPTIONS),
    ):
        if not low <= value <= high:
            raise MediaError("unsupported_count", f"{name}: {value} is not between {low} and {high}.")
    words = prompt.lower()
    level = _level(words)
    if _SUMS.search(words):
        return "sums", tuple(_sum(n, level, options) for n in range(count))
    topic = next((topic for topic in TOPICS if re.search(rf"\b(?:{topic.keywords})\b", words)), None)
    if topic is None:
        found = [_letters(word, options) for word in _countable(prompt)[:count]]
        return "letters of the prompt", (*found, *(_sum(n, level, options) for n in range(count - len(found))))
    asked = [_asked(topic, subject, options) for subject in _chosen(topic, level, prompt)[:count]]
    return topic.name, (*asked, *(_sum(n, level, options) for n in range(count - len(asked))))


def _level(words: str) -> int:
    """0 for easy, 2 for hard, 1 otherwise."""
    easy, hard = (
        re.search(rf"\b(?:{p})\b", words)
        for p in (r"easy|simple|beginners?|kids|children", "hard|difficult|experts?|tricky")
    )
    return 1 if bool(easy) == bool(hard) else 0 if easy else 2


def _chosen(topic: Topic, level: int, prompt: str) -> list[str]:
    """The subjects to ask about: shuffled by the prompt, the level's own half first."""
    subjects = list(topic.answers)
    half = len(subjects) // 2
    first, rest = (subjects[half:], subjects[:half]) if level == 2 else (subjects[:half], subjects[half:])
    if level == 1:
        first, rest = subjects, []
    return [subject for part in (first, rest) for subject in sorted(part, key=lambda s: chance(f"{prompt}|{s}", 10**6))]


def _asked(topic: Topic, subject: str, options: int) -> Question:
    right = topic.answers[subject]
    others = sorted({*topic.answers.values()} - {right}, key=lambda answer: chance(f"{subject}|{answer}", 10**6))
    return _shuffled(topic.asks.format(subject), right, others[: options - 1])


def _sum(number: int, level: int, options: int) -> Question:
    top = (9, 20, 60)[level]
    a, b = (2 + chance(f"{level}|{number}|{which}", top) for which in "ab")
    if number % 2:
        a, b = 2 + a % (8 + 4 * level), 2 + b % 9
        return _counted(f"What is {a} times {b}?", a * b, options)
    return _counted(f"What is {a} plus {b}?", a + b, options)


def _countable(prompt: str) -> list[str]:
    words = dict.fromkeys(word.lower() for word in re.findall(r"[A-Za-z]{4,}", prompt))
    return sorted(words, key=len, reverse=True)


def _letters(word: str, options: int) -> Question:
    return _counted(f"How many letters are in the word {word}?", len(word), options)


def _counted(text: str, right: int, options: int) -> Question:
    return _shuffled(text, str(right), [str(value) for value in _near(right, text)][: options - 1])


def _near(right: int, text: str) -> Iterator[int]:
    start = chance(text, 2)
    for away in range(1, 10):
        for sign in (1, -1) if (start + away) % 2 else (-1, 1):
            if right + sign * away > 0:
                yield right + sign * away


def _shuffled(text: str, right: str, wrong: Sequence[str]) -> Question:
    options = sorted([right, *wrong], key=lambda option: chance(f"{text}/{option}", 10**6))
    return Question(text, tuple(options), options.index(right))
