"""An amount in words, as an act closes its total: «Одна тысяча два рубля 05 копеек»."""

from app.domain import money

_UNITS = "ноль один два три четыре пять шесть семь восемь девять".split()
_TEENS = (
    "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать "
    "восемнадцать девятнадцать"
).split()
_TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
_HUNDREDS = ("сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот").split()
_FEMALE = {1: "одна", 2: "две"}
# Of a thousand and up: one, two, five of them; whether counted as a woman.
_SCALES = (
    (("рубль", "рубля", "рублей"), False),
    (("тысяча", "тысячи", "тысяч"), True),
    (("миллион", "миллиона", "миллионов"), False),
    (("миллиард", "миллиарда", "миллиардов"), False),
    (("триллион", "триллиона", "триллионов"), False),
)
_KOPECKS = ("копейка", "копейки", "копеек")


def in_words(amount_kop: int) -> str:
    """Give roubles in words and kopecks in two digits; below zero it begins with «минус»."""
    rubles, kopecks = divmod(abs(amount_kop), money.KOP_PER_RUB)
    assert rubles < 1000 ** len(_SCALES)
    said: list[str] = []
    for place in reversed(range(len(_SCALES))):
        forms, is_female = _SCALES[place]
        group = rubles // 1000**place % 1000
        if group:
            said += [*_hundreds(group, is_female=is_female), plural(group, forms)]
        elif place == 0:
            said += ["ноль"] * (rubles == 0) + [forms[2]]
    sign = ["минус"] if amount_kop < 0 else []
    text = " ".join([*sign, *said, f"{kopecks:02d}", plural(kopecks, _KOPECKS)])
    return text[0].upper() + text[1:]


def plural(count: int, forms: tuple[str, str, str]) -> str:
    """Give the form of a noun after a number: one, two to four, five and more."""
    tens, units = count % 100, count % 10
    if 11 <= tens <= 14 or units == 0 or units >= 5:
        return forms[2]
    return forms[0] if units == 1 else forms[1]


def _hundreds(group: int, *, is_female: bool) -> list[str]:
    said = [_HUNDREDS[group // 100 - 1]] if group >= 100 else []
    rest = group % 100
    if 10 <= rest <= 19:
        return [*said, _TEENS[rest - 10]]
    if rest >= 20:
        said.append(_TENS[rest // 10 - 2])
    if units := rest % 10:
        said.append(_FEMALE.get(units, _UNITS[units]) if is_female else _UNITS[units])
    return said
