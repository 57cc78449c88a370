"""What can people do about an exception? The verbs of the case page.

Each takes the store, the request and the exception, and answers with a receipt. Reading a case is `find` and `find_many`.
Never holds which step may follow which: that is `workflow.casework`.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from typing import Any

from control_tower.errors import NotAllowed
from control_tower.model import CaseComment, CasePause, CaseTask, ExceptionCase, ExceptionFacts, User
from control_tower.services import owning
from control_tower.services.acting import Change, Deed, Desk, already, perform, require_version
from control_tower.services.request import Receipt, Request
from control_tower.vocabulary import ExceptionStatus, TaskState
from control_tower.workflow.casework import next_status
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store

_KIND = "exception_case"
Alter = Callable[[Desk, ExceptionCase], ExceptionCase]


def find(store: Store, viewer: User, exception_id: str) -> ExceptionCase | None:
    """The case of an exception as this user may see it; None when nobody has worked it or it is out of their sites."""
    return find_many(store, viewer, [exception_id]).get(exception_id)


def find_many(store: Store, viewer: User, exception_ids: Iterable[str]) -> dict[str, ExceptionCase]:
    """The cases of many exceptions that this user may see, to lay over the facts of a build."""
    with store.reading() as unit:
        found = unit.cases.of(exception_ids)
    return {key: case for key, case in found.items() if viewer.sees({case.site_id} if case.site_id else set())}


def acknowledge(store: Store, request: Request, exception_id: str) -> Receipt:
    """Say that somebody has seen it; the acknowledge clock stops."""
    return _move(store, request, exception_id, Action.CASE_ACKNOWLEDGE, _acknowledged)


def _acknowledged(desk: Desk, case: ExceptionCase) -> ExceptionCase:
    return replace(case, acknowledged_at=case.acknowledged_at or desk.unit.now)


def start(store: Store, request: Request, exception_id: str) -> Receipt:
    """Begin working on it."""

    def begin(desk: Desk, case: ExceptionCase) -> ExceptionCase:
        desk.unit.cases.end_pause(exception_id, desk.unit.now)
        return _acknowledged(desk, case)

    return _move(store, request, exception_id, Action.CASE_START, begin)


def assign(store: Store, request: Request, exception_id: str, team_id: str | None, user_id: str | None) -> Receipt:
    """Name the one accountable owner: a team, a person, or both (ROU-01)."""

    def own(desk: Desk, case: ExceptionCase) -> ExceptionCase:
        if not team_id and not user_id:
            raise NotAllowed(f"exception {exception_id}: needs an owner; name a team, a person, or both")
        owning.require(desk, exception_id, team_id, user_id)
        return replace(case, owner_team_id=team_id or case.owner_team_id, owner_user_id=user_id)

    return _move(store, request, exception_id, Action.CASE_ASSIGN, own, team_id=team_id, user_id=user_id)


def pause(store: Store, request: Request, exception_id: str) -> Receipt:
    """Stop the clocks for a reason, which must be given."""

    def stop(desk: Desk, case: ExceptionCase) -> ExceptionCase:
        reason = _reason(desk, "pausing the clocks")
        paused = CasePause(
            f"{exception_id}#p{case.version + 1}", exception_id, reason, desk.unit.now, desk.actor.user_id
        )
        desk.unit.cases.end_pause(exception_id, desk.unit.now)
        if case.version == 0:
            case = desk.unit.cases.save(case, "case.open", desk.actor.user_id, "first worked")
        desk.unit.cases.begin_pause(paused)
        return case

    return _move(store, request, exception_id, Action.CASE_PAUSE, stop)


def resume(store: Store, request: Request, exception_id: str) -> Receipt:
    """Let the clocks run again."""

    def run(desk: Desk, case: ExceptionCase) -> ExceptionCase:
        desk.unit.cases.end_pause(exception_id, desk.unit.now)
        return case

    return _move(store, request, exception_id, Action.CASE_RESUME, run)


def escalate(store: Store, request: Request, exception_id: str, team_id: str | None = None) -> Receipt:
    """Raise it one step of the ladder, for a reason; to another team when one is named (ROU-03)."""

    def up(desk: Desk, case: ExceptionCase) -> ExceptionCase:
        _reason(desk, "escalating")
        owning.require(desk, exception_id, team_id, None)
        desk.unit.cases.end_pause(exception_id, desk.unit.now)
        owner = team_id or case.owner_team_id
        return replace(case, escalation_level=case.escalation_level + 1, owner_team_id=owner)

    return _move(store, request, exception_id, Action.CASE_ESCALATE, up, team_id=team_id)


def mark_duplicate(store: Store, request: Request, exception_id: str, of_id: str) -> Receipt:
    """Say that it is the same thing as another one, which is the one to work (ROU-07)."""

    def same(desk: Desk, case: ExceptionCase) -> ExceptionCase:
        _facts_in_scope(store, desk.actor, of_id)
        if of_id == exception_id:
            raise NotAllowed(f"exception {exception_id}: cannot be a duplicate of itself; name the other one")
        other = desk.unit.cases.find(of_id)
        if other and other.duplicate_of:
            raise NotAllowed(f"exception {of_id}: is itself a duplicate of {other.duplicate_of}; name that one")
        desk.unit.cases.end_pause(exception_id, desk.unit.now)
        return replace(case, duplicate_of=of_id, closed_at=desk.unit.now)

    return _move(store, request, exception_id, Action.CASE_DUPLICATE, same, of=of_id)


def mark_false_positive(store: Store, request: Request, exception_id: str) -> Receipt:
    """Say, with a reason, that there was nothing wrong; the detector's scorecard counts it (DET-10)."""
    return _move(store, request, exception_id, Action.CASE_FALSE_POSITIVE, _ended)


def _ended(desk: Desk, case: ExceptionCase) -> ExceptionCase:
    _reason(desk, "ending a case so")
    desk.unit.cases.end_pause(case.exception_id, desk.unit.now)
    return replace(case, closed_at=desk.unit.now)


def resolve(store: Store, request: Request, exception_id: str, resolution: str) -> Receipt:
    """Say that it is fixed, and how; it stays "awaiting confirmation" until a build shows it (ruling 5)."""

    def fix(desk: Desk, case: ExceptionCase) -> ExceptionCase:
        desk.unit.cases.end_pause(exception_id, desk.unit.now)
        return replace(_acknowledged(desk, case), resolved_at=desk.unit.now, resolution=resolution)

    return _move(store, request, exception_id, Action.CASE_RESOLVE, fix, resolution=resolution)


def close(store: Store, request: Request, exception_id: str) -> Receipt:
    """End the record of a resolved one."""
    return _move(
        store, request, exception_id, Action.CASE_CLOSE, lambda desk, case: replace(case, closed_at=desk.unit.now)
    )


def reopen(store: Store, request: Request, exception_id: str) -> Receipt:
    """Work it again, for a reason."""

    def again(desk: Desk, case: ExceptionCase) -> ExceptionCase:
        _reason(desk, "reopening")
        ends: dict[str, Any] = {"resolved_at": None, "resolution": None, "closed_at": None, "duplicate_of": None}
        return replace(case, reopen_count=case.reopen_count + 1, **ends)

    return _move(store, request, exception_id, Action.CASE_REOPEN, again)


def hold(store: Store, request: Request, exception_id: str) -> Receipt:
    """Hold invoicing and shipping downstream, for a reason (ROU-06)."""

    def stop(desk: Desk, case: ExceptionCase) -> ExceptionCase:
        return replace(case, is_on_hold=True, hold_reason=_reason(desk, "holding"))

    return _move(store, request, exception_id, Action.CASE_HOLD, stop)


def unhold(store: Store, request: Request, exception_id: str) -> Receipt:
    """Let invoicing and shipping go on."""
    return _move(
        store,
        request,
        exception_id,
        Action.CASE_UNHOLD,
        lambda desk, case: replace(case, is_on_hold=False, hold_reason=None),
    )


def comment(store: Store, request: Request, exception_id: str, text: str) -> Receipt:
    """Add a remark; it changes no version, so that two people may write at once."""
    deed = Deed(Action.CASE_COMMENT, _KIND, exception_id, {"text": text})

    def write(desk: Desk) -> Change:
        case = _opened(store, desk, exception_id)
        if not text.strip():
            raise NotAllowed(f"exception {exception_id}: an empty remark says nothing; write one")
        number = len(desk.unit.cases.comments(exception_id)) + 1
        made = CaseComment(f"{exception_id}#c{number}", exception_id, desk.actor.user_id, desk.unit.now, text)
        desk.unit.cases.comment(made)
        return Change(exception_id, case.status, case.version, {}, {"comment_id": made.comment_id, "text": text})

    return perform(store, request, deed, write)


def link(store: Store, request: Request, exception_id: str, other_id: str) -> Receipt:
    """Draw a link to another exception, so that nobody investigates twice."""
    deed = Deed(Action.CASE_LINK, _KIND, exception_id, {"other": other_id})

    def draw(desk: Desk) -> Change:
        case = _opened(store, desk, exception_id)
        _facts_in_scope(store, desk.actor, other_id)
        if other_id == exception_id:
            raise NotAllowed(f"exception {exception_id}: cannot be linked with itself; name another")
        before = desk.unit.cases.links(exception_id)
        desk.unit.cases.link((exception_id, other_id), desk.actor.user_id, desk.unit.now, desk.request.reason)
        after = desk.unit.cases.links(exception_id)
        return Change(exception_id, case.status, case.version, {"links": before}, {"links": after})

    return perform(store, request, deed, draw)


def add_task(store: Store, request: Request, exception_id: str, title: str, owner: str | None = None) -> Receipt:
    """Open one of the parallel tasks of a case (ROU-05). The receipt's subject is the task."""
    deed = Deed(Action.CASE_TASK_ADD, "case_task", exception_id, {"title": title, "owner": owner})

    def add(desk: Desk) -> Change:
        case = _opened(store, desk, exception_id)
        if next_status(case.status, Action.CASE_TASK_ADD) is None:
            raise already(desk, (_KIND, exception_id), case.status)
        task_id = f"{exception_id}#t{len(desk.unit.cases.tasks(exception_id)) + 1}"
        task = CaseTask(task_id, exception_id, title, owner, TaskState.OPEN, 0, desk.unit.now)
        task = desk.unit.cases.save_task(task)
        return Change(task_id, task.state, task.version, {}, {"title": title, "owner": owner, "revision": 1})

    return perform(store, request, deed, add)


def close_task(store: Store, request: Request, task_id: str, state: TaskState = TaskState.DONE) -> Receipt:
    """Say that a task is done, or dropped."""
    deed = Deed(Action.CASE_TASK_CLOSE, "case_task", task_id, {"state": state})

    def end(desk: Desk) -> Change:
        task = desk.unit.cases.task(task_id)
        if task is None:
            raise NotAllowed(f"no task {task_id!r}")
        _facts_in_scope(store, desk.actor, task.exception_id)
        if task.state is not TaskState.OPEN:
            raise already(desk, ("case_task", task_id), task.state)
        require_version(desk, ("case_task", task_id), task.version)
        after = desk.unit.cases.save_task(replace(task, state=state, done_at=desk.unit.now))
        change = {"state": str(after.state), "revision": after.version}
        return Change(task_id, after.state, after.version, {"state": str(task.state)}, change)

    return perform(store, request, deed, end)


def _move(
    store: Store, request: Request, exception_id: str, action: Action, alter: Alter, **content: object
) -> Receipt:
    """Any verb that makes a new version of a case: facts, scope, state and version are asked, then it is changed."""

    def work(desk: Desk) -> Change:
        case = _opened(store, desk, exception_id, keep=False)
        target = next_status(case.status, action)
        if target is None:
            raise already(desk, (_KIND, exception_id), case.status)
        require_version(desk, (_KIND, exception_id), case.version)
        changed = replace(alter(desk, case), status=target, updated_at=desk.unit.now)
        saved = desk.unit.cases.save(changed, action, desk.actor.user_id, desk.request.reason)
        return Change(exception_id, saved.status, saved.version, _shown(case), _shown(saved))

    return perform(store, request, Deed(action, _KIND, exception_id, content), work)


def _opened(store: Store, desk: Desk, exception_id: str, keep: bool = True) -> ExceptionCase:
    """The case of an exception in scope; its first version (written when `keep`) is what the build says."""
    facts = _facts_in_scope(store, desk.actor, exception_id)
    case = desk.unit.cases.find(exception_id)
    if case is not None:
        return case
    at = desk.unit.now
    owners: dict[str, Any] = {"owner_team_id": facts.owner_team_id, "owner_user_id": facts.owner_user_id}
    case = ExceptionCase(exception_id, ExceptionStatus(facts.status), facts.site_id, 0, at, at, **owners)
    return desk.unit.cases.save(case, "case.open", desk.actor.user_id, "first worked") if keep else case


def _facts_in_scope(store: Store, actor: User, exception_id: str) -> ExceptionFacts:
    """What the build says of an exception; out of scope is answered as if it did not exist (fault 81)."""
    facts = store.facts().exception(exception_id)
    if facts is None or not actor.sees({facts.site_id} if facts.site_id else set()):
        raise NotAllowed(f"no exception {exception_id!r} in the newest build")
    return facts


def _shown(case: ExceptionCase) -> dict[str, object]:
    shown = {name: value for name, value in asdict(case).items() if name not in ("created_at", "updated_at", "version")}
    return {**shown, "revision": case.version}


def _reason(desk: Desk, doing: str) -> str:
    if not desk.request.reason.strip():
        raise NotAllowed(f"{doing} needs a reason; give one")
    return desk.request.reason
