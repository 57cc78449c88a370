"""Does a test carry the number of every fault that must be survived?"""

from tests.house import faults, tree


def test_every_required_fault_has_a_test_or_is_on_the_shrinking_list() -> None:
    missing = faults.REQUIRED - set(faults.handled()) - faults.still_open()
    assert not missing, f"no test carries `# fault N` for: {sorted(missing)}"


def test_the_list_of_open_faults_only_shrinks() -> None:
    handled = faults.handled()
    done = [f"{number}: {', '.join(handled[number])}" for number in sorted(faults.still_open() & set(handled))]
    assert not done, f"a test carries these now; take them off the list with `make faults`: {tree.report(done)}"
    strangers = faults.still_open() - faults.REQUIRED
    assert not strangers, f"never required, so cannot be open: {sorted(strangers)}"


def test_a_mark_is_read_only_in_its_exact_form() -> None:
    assert faults.marked_in("x = 1  # fault 7\n'''# fault 12: text'''\n# fault 123") == {7, 12, 123}
    assert faults.marked_in("# faults 7\n# Fault 8\nfault 9\n#fault 10") == set()
