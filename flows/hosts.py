"""The queue of hosts: which sources are visited next. Turns and pauses are scheduled, and hold no worker.

Sources of one kind on the same hosts are visited by one process. A host has one turn at a time, whatever the kind.
A host that is not there, or that wants peace, is asked nothing more in the run; hosts that answer go first.
"""

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from time import monotonic

from flows.contact import LOOPBACK, source_hosts
from flows.reach import SECONDS, Reach
from pipelines.model import ReasonCode, Source

WORKERS, SLOW_WORKERS = 4, 8
"""How many groups are visited at a time: of hosts that answer, and of slow ones, whose spiders only wait."""
RETRY_DELAYS = (30.0, 120.0)
LOOPBACK_DELAYS = (0.5, 0.5)
MOST_SOURCES = 1_000
"""So many sources one spider visits: their names are one argument of its command."""
UNHEARD = SECONDS + 5
"""After so many seconds without a word from `flows.reach` a host is taken for a slow one."""


@dataclass(frozen=True)
class Closed:
    """Why a host is asked nothing more in this run; without a `code` its units wait for the next run."""

    reason: str
    code: ReasonCode | None = None


@dataclass(frozen=True)
class Outcome:
    """What the visit of a group showed: hosts that gave no answer, hosts that want peace, and whether to try again."""

    silent: frozenset[str] = frozenset()
    resting: frozenset[str] = frozenset()
    is_retried: bool = False


@dataclass(frozen=True)
class Group:
    """Sources of one kind on the same hosts; `place` is theirs in the catalogue, `lane` their lane of the hosts.

    `tries` have failed, and the next one is due from the second `at` of the clock on.
    """

    sources: tuple[Source, ...]
    hosts: frozenset[str]
    place: int
    lane: int = 1
    tries: int = 0
    at: float = 0.0

    @property
    def turns(self) -> frozenset[str]:
        """What only one group has at a time: the lane of each host."""
        return frozenset(f"{host} lane {self.lane}" if self.lane > 1 else host for host in self.hosts)


def groups_of(sources: Iterable[Source], lanes: Mapping[str, int] | None = None) -> list[Group]:
    """Group the sources that one process visits: starting one takes longer than visiting an unchanged list.

    A host has one lane, or as many as `lanes` states for it; sources are dealt out to them one by one.
    """
    found: dict[object, list[Source]] = {}
    for source in sources:
        found.setdefault((source.kind, source_hosts(source)), []).append(source)
    return [group for place, of in enumerate(found.values()) for group in _lanes(of, place, lanes or {})]


def _lanes(sources: list[Source], place: int, lanes: Mapping[str, int]) -> Iterable[Group]:
    hosts = source_hosts(sources[0]) - LOOPBACK
    number = min((lanes.get(host, 1) for host in hosts), default=1)
    for lane in range(number):
        of_lane = sources[lane::number]
        for first in range(0, len(of_lane), MOST_SOURCES):
            yield Group(tuple(of_lane[first : first + MOST_SOURCES]), hosts, place, lane + 1)


@dataclass
class HostQueue:
    """The groups that wait, and what is known of their hosts; `retries` says whether a group is tried again.

    Hosts that were silent before come last. Groups on this machine have no turns. `clock` gives seconds. `workers` and
    `slow_workers` are how many groups are visited at a time.
    """

    waiting: list[Group]
    retries: bool = False
    silent_before: Collection[str] = ()
    clock: Callable[[], float] = monotonic
    workers: int = WORKERS
    slow_workers: int = SLOW_WORKERS
    closed: dict[str, Closed] = field(default_factory=dict)
    closed_before: int = 0
    busy: set[str] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin to wait for the word of every host."""
        self.started = self.clock()
        self.waiting = sorted(self.waiting, key=self._order)

    def hear(self, word: Reach) -> None:
        """Note what a host answered before its first turn."""
        self.known.add(word.host)
        if word.code and word.is_last:
            self.closed[word.host] = Closed(word.reason, word.code)
        elif word.code:
            self.awaited.add(word.host)
        else:
            self.slow |= {word.host} if word.is_slow else set()
        if word.is_last:
            self.awaited.discard(word.host)

    def take(self, active: Collection[Group] = ()) -> Group | None:
        """Take the next group whose hosts are free, while these are active; None where there is none now.

        No slow host keeps one that answers waiting.
        """
        slow = [self.is_slow(group) for group in active]
        free = {kind for kind, most in ((False, self.workers), (True, self.slow_workers)) if slow.count(kind) < most}
        place = self._first_ready(free)
        if place is None:
            return None
        chosen = self.waiting.pop(place)
        self.busy |= chosen.turns
        return chosen

    def _first_ready(self, free: Collection[bool]) -> int | None:
        """Return the place of the first group that is ready; of a slow one only where no other is."""
        first_slow = None
        for place, group in enumerate(self.waiting) if free else ():
            is_slow = self.is_slow(group)
            if is_slow in free and not (is_slow and first_slow is not None) and self._is_ready(group):
                if not is_slow:
                    return place
                first_slow = place
        return first_slow

    def _is_ready(self, group: Group) -> bool:
        now = self.clock()
        is_heard = group.hosts <= self.known or now > self.started + UNHEARD
        is_free = not group.turns & self.busy and not group.hosts & self.awaited
        return is_heard and group.at <= now and is_free and not self.why_closed(group)

    def _order(self, group: Group) -> tuple[bool, int]:
        return not group.hosts.isdisjoint(self.silent_before), group.place

    def is_slow(self, group: Group) -> bool:
        """Tell whether a host of a group has not answered soon."""
        return bool(group.hosts & self.slow) or not group.hosts <= self.known

    def why_closed(self, group: Group) -> Closed | None:
        """Return why a group is not visited: all its hosts are closed."""
        reasons = [self.closed[host] for host in sorted(group.hosts) if host in self.closed]
        return reasons[0] if reasons and len(reasons) == len(group.hosts) else None

    def take_closed(self) -> list[tuple[Group, Closed]]:
        """Take all groups that are not visited any more in this run."""
        if len(self.closed) == self.closed_before:
            return []
        self.closed_before = len(self.closed)
        found = [(group, why) for group in self.waiting if (why := self.why_closed(group))]
        self.waiting = [group for group in self.waiting if not self.why_closed(group)]
        return found

    def finish(self, group: Group, outcome: Outcome) -> None:
        """End the turn of a group; close the hosts that gave no answer or want peace, try the others again."""
        self.busy -= group.turns
        for host in outcome.silent & group.hosts:
            self.closed[host] = Closed(f"{host} did not answer in this run", ReasonCode.TIMED_OUT)
        for host in outcome.resting & group.hosts:
            self.closed[host] = Closed(f"{host} is paused for this run: it wants to be left alone")
        delays = (RETRY_DELAYS if group.hosts else LOOPBACK_DELAYS) if self.retries else ()
        if outcome.is_retried and group.tries < len(delays) and not self.why_closed(group):
            at = self.clock() + delays[group.tries]
            insort(self.waiting, replace(group, tries=group.tries + 1, at=at), key=self._order)


Visit = Callable[[Group], Outcome]
Refuse = Callable[[list[tuple[Group, Closed]]], None]
Ended = SimpleQueue[tuple[Group, Outcome | BaseException]]
LOOK = 0.1
"""How many seconds pass, at most, before news of a host are heard."""


def visit_all(queue: HostQueue, words: "SimpleQueue[Reach]", visit: Visit, refuse: Refuse) -> None:
    """Visit all groups, some at a time; refuse those whose hosts are closed.

    `visit` runs in a thread, in the context of the caller. What it raises ends the run, after the other visits.
    """
    ended: Ended = SimpleQueue()
    active: list[Group] = []
    with ThreadPoolExecutor(queue.workers + queue.slow_workers, thread_name_prefix="visits") as pool:
        while queue.waiting or active:
            while group := queue.take(active):
                active.append(group)
                pool.submit(copy_context().run, _visit, group, visit, ended)
            if closed := queue.take_closed():
                refuse(closed)
            _hear(queue, words, ended, active)


def _visit(group: Group, visit: Visit, ended: Ended) -> None:
    try:
        ended.put((group, visit(group)))
    except BaseException as error:  # noqa: BLE001  (it is raised where the run is)
        ended.put((group, error))


def _hear(queue: HostQueue, words: "SimpleQueue[Reach]", ended: Ended, active: list[Group]) -> None:
    """Wait a moment for news of hosts and of the active groups."""
    while not words.empty():
        queue.hear(words.get())
    try:
        group, outcome = ended.get(timeout=LOOK)
    except Empty:
        return
    if isinstance(outcome, BaseException):
        raise outcome
    active.remove(group)
    queue.finish(group, outcome)


def source_urls(sources: Sequence[Source]) -> list[str]:
    """Return the urls by which the hosts of sources on other machines are asked."""
    urls = ((s.captures,) if s.captures else (*s.urls, s.urls_from, s.url_template) for s in sources)
    return [url for of in urls for url in of if url]
