"""Does standard output hold the answer alone, whatever a library prints on its own?"""

import os

import pytest

from cli.output import libraries_aside, say_json


def test_what_a_library_writes_itself_goes_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    with libraries_aside():
        os.write(1, b"solver: restarting\n")
    say_json({"ok": True})
    said = capfd.readouterr()
    assert said.out == '{"ok": true}\n'
    assert "solver: restarting" in said.err
