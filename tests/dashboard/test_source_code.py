"""Does the running product hand out its own source, and nothing else?"""

import io
import zipfile

from dashboard import source_code


def test_the_archive_holds_the_source_and_the_licence_and_no_data() -> None:
    """The licence asks for it: whoever uses the pages can get what runs them."""
    names = zipfile.ZipFile(io.BytesIO(source_code.archive())).namelist()
    for wanted in (
        "LICENSE",
        "etl/pipeline.py",
        "control_tower/schema.sql",
        "dashboard/app.py",
        "data/reference/uoms.csv",
    ):
        assert f"control-tower/{wanted}" in names
    assert not [name for name in names if "/data/raw/" in name or "/data/builds/" in name or name.endswith(".pyc")]


def test_equal_files_give_equal_archives() -> None:
    """Two downloads of one version can be compared."""
    assert source_code.archive() == source_code.archive()
