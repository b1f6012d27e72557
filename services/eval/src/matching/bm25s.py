"""Ranks each set below the folder given with bm25s and prints the means as JSON; the measures are those of metrics.rs."""
import hashlib
import json
import math
import pathlib
import sys

import bm25s


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


def mean(rows):
    count = max(len(rows), 1)
    ndcg, mrr, recall = (sum(column) / count for column in zip(*rows)) if rows else (0, 0, 0)
    return {"queries": len(rows), "ndcg_10": ndcg, "mrr": mrr, "recall_100": recall}


def judge(ranked, grades):
    def discounted(gains):
        return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains[:10]))

    best = discounted(sorted(grades.values(), reverse=True))
    ndcg = discounted([grades.get(name, 0) for name in ranked]) / best if best else 0
    hits = [place for place, name in enumerate(ranked) if grades.get(name, 0) > 0]
    return ndcg, 1 / (hits[0] + 1) if hits else 0, sum(place < 100 for place in hits) / max(len(grades), 1)


report = []
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    if not (folder / "corpus.tsv").exists():
        continue
    corpus, queries = lines(folder / "corpus.tsv"), lines(folder / "queries.tsv")
    grades = {}
    for query, name, grade in lines(folder / "qrels.tsv"):
        grades.setdefault(query, {})[name] = int(grade)
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(bm25s.tokenize([text for _, text in corpus], stopwords=None, show_progress=False), show_progress=False)
    rows = {"all": [], "tuning": [], "held_out": []}
    for name, text in queries:
        words = bm25s.tokenize([text], stopwords=None, show_progress=False, return_ids=False)
        found, scores = index.retrieve(words, k=min(1000, len(corpus)), show_progress=False)
        ranked = [corpus[place][0] for place, score in zip(found[0], scores[0]) if score > 0]
        row = judge(ranked, grades.get(name, {}))
        half = "tuning" if hashlib.sha256(name.encode()).digest()[-1] % 2 == 0 else "held_out"
        rows["all"].append(row)
        rows[half].append(row)
    report.append({"set": folder.name, **{part: mean(values) for part, values in rows.items()}})
print(json.dumps(report))
