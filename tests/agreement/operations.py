"""Every transformation that pyuploadcare has becomes the same path here, or is refused for a
reason. A method or a word of it that `cases` does not know is a failure."""

import inspect
import random
import warnings
from dataclasses import dataclass
from itertools import chain
from types import ModuleType
from typing import Callable

import cases
from calls import Call
from cases import UUID, they, we
from library import Refused, built, client_of, text, uc
from pyuploadcare.transformations import document, image, video
from pyuploadcare.transformations.base import StrEnum

BASE = "https://1s4oyld5dc.ucarecd.net/"


@dataclass
class Subject:
    kind: type
    module: ModuleType
    path: Callable  # from a client and operations
    start: str  # of each path
    cases: list
    refused: list


def image_path(client, operations):
    return text(uc.uc_url, client, UUID, operations, None).removeprefix(BASE)


def image_cases():
    alone = [cases.sizes, cases.crops, cases.outputs, cases.faces, cases.animations]
    with_size = [cases.effects, cases.overlays, cases.texts]
    yield from chain.from_iterable(group() for group in alone)
    groups = [[*group()] for group in with_size]
    for pair in chain.from_iterable(groups):
        yield behind_preview([pair])
    chance = random.Random(5)
    for _ in range(1000):
        yield behind_preview([chance.choice(chance.choice(groups)) for _ in range(chance.randrange(2, 9))])


def behind_preview(pairs):
    theirs, ours = ([*chain.from_iterable(map(calls, side))] for side in zip(*pairs))
    return [they.preview(), *theirs], [we.preview(0, 0), *ours]


def calls(side):
    """A side of a case: one call, several, or operations as they are written."""
    if isinstance(side, str):
        return [we.raw(side)]
    return [side] if isinstance(side, Call) else side


def their_path(subject, side):
    transformation = subject.kind()
    for call in calls(side):
        call.on(transformation)
    return transformation.path(UUID)


def check_paths(client, subject):
    for theirs, ours in subject.cases:
        expected = their_path(subject, theirs)
        operations = ours if isinstance(ours, str) else built(client, calls(ours))
        path = subject.path(client, operations)
        assert path == expected, f"{theirs}: {path}, not {expected}"


def check_refused(client, subject):
    for reason, call in subject.refused:
        # Nothing shall be refused only because it lacks a size.
        first = [they.preview()] if subject.module is image else []
        operations = their_path(subject, [*first, call]).removeprefix(subject.start)
        try:
            path = subject.path(client, operations)
        except Refused:
            continue
        raise AssertionError(f"{reason}: {path}")


def check_all_is_known(subject):
    used = [call for theirs, _ in subject.cases for call in calls(theirs)]
    methods = {name for name, _ in inspect.getmembers(subject.kind, inspect.isfunction) if name[0] != "_"}
    unknown = methods - {call.name for call in used} - {"path"}
    assert not unknown, f"methods of {subject.kind.__name__}: {unknown}"
    words = {
        repr(word)
        for _, kind in inspect.getmembers(subject.module, inspect.isclass)
        if issubclass(kind, StrEnum)
        for word in kind
    }
    unknown = words - {repr(value) for call in used for value in call.values}
    assert words and not unknown, f"words of {subject.module.__name__}: {unknown}"


def check_dash(client):
    """Alone between slashes it would begin an operation: encoded it is a text, which pyuploadcare
    cannot write."""
    operations = built(client, [we.preview(0, 0), we.text("1x1", "top", "-")])
    assert operations == "-/preview/-/text/1x1/top/%2D/", operations


SUBJECTS = [
    Subject(
        image.ImageTransformation,
        image,
        image_path,
        f"{UUID}/",
        [*image_cases()],
        cases.REFUSED_OF_IMAGES,
    ),
    Subject(
        video.VideoTransformation,
        video,
        lambda client, operations: text(uc.uc_video_path, client, UUID, operations),
        f"{UUID}/video/",
        [*cases.videos()],
        cases.REFUSED_OF_VIDEOS,
    ),
    Subject(
        document.DocumentTransformation,
        document,
        lambda client, operations: text(uc.uc_document_path, client, UUID, operations),
        f"{UUID}/document/",
        [*cases.documents()],
        cases.REFUSED_OF_DOCUMENTS,
    ),
]

# Some methods of pyuploadcare are deprecated, and checked all the same.
warnings.simplefilter("ignore", DeprecationWarning)
with client_of("demopublickey") as client:
    for subject in SUBJECTS:
        check_all_is_known(subject)
        check_paths(client, subject)
        check_refused(client, subject)
    check_dash(client)
