"""Names of people and companies made comparable."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_NOT_LETTER: Final = re.compile(r"[^a-z0-9]+")
_SUFFIXES: Final = {
    "jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "2", "2nd": "2", "iii": "3", "3rd": "3", "iv": "4",
    "4th": "4",
}  # fmt: skip
_DEGREES: Final = frozenset({"dds", "dmd", "md", "rdh", "phd", "do", "ms", "esq"})
_TITLES: Final = frozenset({"dr", "mr", "mrs", "ms", "miss", "doctor"})
_LEGAL: Final = frozenset(
    {"inc", "incorporated", "llc", "ltd", "limited", "corp", "corporation", "co", "company", "pc", "pllc", "plc", "the"}
)
# Letters that decomposition leaves alone.
_PLAIN: Final = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})

# Short forms that are common in the United States; each group is one given name.
_FAMILIAR: Final = (
    "abigail abby", "albert al bert", "alexander alex sandy", "alexandra alex sandra", "alfred al fred",
    "alice allie", "amanda mandy", "andrew andy drew", "ann anne anna annie nancy", "anthony tony", "arthur art",
    "barbara barb babs", "benjamin ben benny", "bernard bernie", "bradley brad", "calvin cal", "cameron cam",
    "catherine katherine kathryn cathy kathy kate katie cath kat", "cecilia cece", "charles charlie chuck chas",
    "charlotte charlie lottie", "christina christine chris tina", "christopher chris kit", "clifford cliff",
    "cynthia cindy", "daniel dan danny", "david dave davy", "deborah debra deb debbie", "dennis denny",
    "dominic dom", "donald don donny", "dorothy dot dottie", "douglas doug", "edward ed eddie ted ned", "edgar ed",
    "eduardo eddie", "eleanor ellie nora", "elizabeth liz beth betty betsy lizzie eliza libby", "emily em",
    "eugene gene", "evelyn evie", "ezekiel zeke", "fernando fern", "florence flo", "frances fran", "francis frank",
    "frederick fred freddy", "gabriel gabe", "gabriela gabby", "gerald jerry gerry", "gilbert gil", "gregory greg",
    "harold harry hal", "henry hank harry", "howard howie", "isaac ike", "isabel izzy bella", "jacob jake",
    "jacqueline jackie", "james jim jimmy jamie", "jeffrey jeff", "jennifer jen jenny", "jeremy jerry", "jerome jerry",
    "jessica jess jessie", "john jack johnny", "jonathan jon", "joseph joe joey", "josephine jo josie", "joshua josh",
    "judith judy", "julia julie", "kenneth ken kenny", "kimberly kim", "kristen kris", "lawrence larry",
    "leonard len leo", "leticia letty", "lillian lily", "louis lou", "lucas luke", "madeline maddie", "manuel manny",
    "margaret maggie meg peggy marge",
    "martin marty", "matthew matt", "maximilian max", "megan meg", "melissa missy mel", "michael mike mick mickey",
    "michelle shelly", "miguel mike", "mitchell mitch", "nathan nathaniel nate", "nicholas nick", "nicole nikki",
    "norman norm", "olivia liv", "pamela pam", "patricia pat patty trish tricia", "patrick pat paddy", "peter pete",
    "philip phil phillip", "rachel rae", "randall randy", "raymond ray", "rebecca becky", "ricardo rick",
    "richard rick dick rich ricky", "robert bob rob bobby robbie bert", "rodney rod", "roger rog", "ronald ron ronnie",
    "russell russ", "salvador sal", "samantha sam", "samuel sam sammy", "sandra sandy", "sebastian seb", "stanley stan",
    "stephanie steph", "stephen steven steve", "susan sue susie suzanne", "tamara tammy", "terrence terry",
    "theodore ted theo", "theresa teresa terry tess", "thomas tom tommy", "timothy tim", "valerie val",
    "vanessa nessa", "veronica ronnie", "victor vic", "victoria vicky tori vicki", "vincent vince", "virginia ginny",
    "walter walt", "wesley wes", "william bill will billy liam", "zachary zach zack",
)  # fmt: skip
_GROUPS: Final[dict[str, frozenset[int]]] = {}
for _number, _group in enumerate(_FAMILIAR):
    for _name in _group.split():
        _GROUPS[_name] = _GROUPS.get(_name, frozenset()) | {_number}

_SOUNDS: Final = str.maketrans(
    {**dict.fromkeys("bfpv", "1"), **dict.fromkeys("cgjkqsxz", "2"), **dict.fromkeys("dt", "3"), "l": "4",
     **dict.fromkeys("mn", "5"), "r": "6"}
)  # fmt: skip


@lru_cache(maxsize=200_000)
def plain(text: str) -> str:
    """Lower case, no accents, no punctuation, single blanks."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in text if not unicodedata.combining(letter)).lower().translate(_PLAIN)
    return _NOT_LETTER.sub(" ", text.lower().replace("'", "")).strip()


def joined(text: str) -> str:
    """As `plain`, without blanks: `Garcia-Rios` and `Garcia Rios` are one."""
    return plain(text).replace(" ", "")


def split_suffix(last: str, suffix: str = "") -> tuple[str, str]:
    """Last name and suffix, the latter as ``jr``, ``sr``, ``2``, ``3``, ``4`` or empty; degrees are dropped."""
    known = _SUFFIXES.get(joined(suffix), "")
    words = plain(last).split()
    while len(words) > 1 and (words[-1] in _SUFFIXES or words[-1] in _DEGREES):
        known = known or _SUFFIXES.get(words[-1], "")
        words.pop()
    return "".join(words), known


def given(first: str) -> tuple[str, bool]:
    """The comparable first name, and whether it ends with the underscore that a move leaves behind."""
    text = first.strip()
    return joined(text.rstrip("_ ")), text.endswith("_")


def familiar(first: str, second: str) -> bool:
    """Whether two comparable given names are forms of one: `robert` and `bob`, `alexander` and `alex`."""
    if first == second:
        return True
    if _GROUPS.get(first, frozenset()) & _GROUPS.get(second, frozenset()):
        return True
    short, long = sorted((first, second), key=len)
    return len(short) >= 3 and (long.startswith(short) or (short[-1] == "y" and long.startswith(short[:-1])))


@lru_cache(maxsize=200_000)
def sound(name: str) -> str:
    """American Soundex of a comparable name (four characters), empty for an empty one."""
    if not name:
        return ""
    code = [name[0]]
    last = name[0].translate(_SOUNDS)
    for letter in name[1:]:
        digit = letter.translate(_SOUNDS)
        if digit.isdigit():
            if digit != last:
                code.append(digit)
            last = digit
        elif letter not in "hw":
            last = ""
    return "".join(code)[:4].ljust(4, "0")


@lru_cache(maxsize=50_000)
def company(name: str) -> str:
    """A company's name without case, punctuation and legal form."""
    words = [word for word in plain(name.replace("&", " and ")).split() if word not in _LEGAL]
    return " ".join(words) or plain(name)


@lru_cache(maxsize=50_000)
def person(text: str) -> tuple[str, str]:
    """(last, first) of a name written as `Last, First M`, `Dr First Last, DDS`, `Smith` …; parts may be empty."""
    if "," in text:
        head, _, tail = text.partition(",")
        rest = [word for word in plain(tail).split() if word not in _DEGREES]
        if rest:
            if rest[0] in _SUFFIXES:
                rest = rest[1:]
            return split_suffix(head)[0], rest[0] if rest else ""
        text = head
    words = [word for word in plain(text).split() if word not in _DEGREES]
    while words and words[0] in _TITLES:
        words = words[1:]
    if len(words) > 1 and words[-1] in _SUFFIXES:
        words = words[:-1]
    if not words:
        return "", ""
    return words[-1], words[0] if len(words) > 1 else ""
