"""Is the bundle of the process viewer what its sources make, with every licence, its watermark in place, and no host asked?"""

import json
import re

from tests.house import test_process_map_bundle as bundle
from tests.house import tree

ROOM = tree.ROOT / "dashboard" / "bpmn_view"
SOURCE, BUILT = ROOM / "frontend", ROOM / "built"


def test_the_bundle_was_built_from_the_sources_that_stand_here() -> None:
    record = json.loads((BUILT / "built.json").read_text(encoding="utf-8"))
    assert not bundle.stale(record, SOURCE, BUILT), "run `make bpmn-view` and commit dashboard/bpmn_view/built"


def test_the_licence_of_every_bundled_package_comes_with_the_bundle() -> None:
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))
    bundled = {
        path.rpartition("node_modules/")[2]
        for path, held in lock["packages"].items()
        if path and not held.get("dev") and not held.get("optional")
    }
    said = (BUILT / "LICENSES.txt").read_text(encoding="utf-8")
    assert "bpmn-js" in bundled
    assert [name for name in sorted(bundled) if f"{name} " not in said] == []
    assert "the watermark must stay fully visible" in said


def test_the_watermark_is_in_the_bundle_and_nothing_of_ours_hides_it() -> None:
    """bpmn-js's licence: the link to bpmn.io must stay fully visible."""
    assert "bjs-powered-by" in (BUILT / "bpmn_view.js").read_text(encoding="utf-8")
    ours = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / "src").iterdir())
    assert "bjs-powered-by" not in ours
    assert "https://" not in ours


def test_our_source_turns_no_string_into_markup() -> None:
    """# fault 89: names of a process reach the page as text."""
    ours = (SOURCE / "src" / "index.js").read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bfetch\(", ours
    )
