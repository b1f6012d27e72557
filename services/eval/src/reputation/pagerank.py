"""Reads lines "epoch from to good asked" in the order of time; prints, for each line that is asked, the PageRank of who is rated,
over the good ratings of all earlier epochs. networkx's own defaults."""
import sys

import networkx

graph = networkx.DiGraph()
ranks, waiting, now = {}, [], None
for line in sys.stdin:
    epoch, rater, rated, good, asked = line.split()
    if epoch != now:
        graph.add_edges_from(waiting)
        ranks = networkx.pagerank(graph) if waiting else ranks
        waiting, now = [], epoch
    if asked == "1":
        print(ranks.get(rated, 0.0))
    if good == "1":
        waiting.append((rater, rated))
