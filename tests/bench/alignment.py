"""How long do exact alignments of 5,000 variants take: by states, by r4pm's search, and by pm4py (150 of them)?"""

import random
import time
import warnings
from typing import Any

from process_mining import bpmn, discovery, petri_net, reference_process
from process_mining.alignment import Variant, align
from process_mining.alignment_by_search import Searcher

COUNT, OF_PM4PY, SEED = 5_000, 150, 7


def aligned(folder: str) -> dict[str, Any]:
    """Seconds for variants of the order process with random steps left out, doubled and put in."""
    process = bpmn.read(reference_process.SHIPPED / "order.bpmn")
    net, draw = petri_net.of_process(process), random.Random(SEED)
    names = sorted(process.activities)
    chosen = {tuple(draw.choices(names, k=draw.randint(5, 40))) for _ in range(2 * COUNT)}
    variants = [Variant(number, trace, 1) for number, trace in enumerate(sorted(chosen)[:COUNT])]
    began = time.perf_counter()
    found = align(net, variants)
    seconds = {"by_state": time.perf_counter() - began, "aligned": len(found.aligned)}
    began = time.perf_counter()
    Searcher(net, 50_000).moves([variant.activities for variant in variants])
    seconds["by_r4pm"] = time.perf_counter() - began
    return {**seconds, "pm4py_150": _by_pm4py(net, variants[:OF_PM4PY], folder)}


def _by_pm4py(net: petri_net.PetriNet, variants: list[Variant], folder: str) -> float:
    import pm4py
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, EventLog, Trace

    path = f"{folder}/net.pnml"
    with open(path, "wb") as file:
        file.write(discovery.to_pnml(net))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = pm4py.read_pnml(path)
        log = EventLog([Trace([Event({"concept:name": name}) for name in v.activities]) for v in variants])
        began = time.perf_counter()
        algorithm.apply_log(log, *read, parameters={"show_progress_bar": False})
        return time.perf_counter() - began
