"""Errors that a person can mend, told in one message instead of a traceback."""

from __future__ import annotations

import sys

KNOWN: tuple[str, ...] = (
    "workflow.policy_mistakes:PolicyError",
    "stream.settings:SettingsError",
    "stream.codec:Unreadable",
    "stream.embedded.errors:EmbeddedKafkaError",
    "detectors.rules:RuleError",
    "scripts.readers.source:ReadError",
    "models.evaluation.labelled:LabelledError",
    "models.corpus:CorpusError",
    "models.recipe:RecipeError",
    "models.runs:RunError",
    "models.scorer:ModelError",
    "models.saved:WeightsError",
    "models.sources:SourceError",
    "models.teachers:TeacherError",
    "scripts.classifier:MissingExtra",
    "scripts.gathering:ReportFault",
    "scripts.records:RecordFault",
    "scripts.register:RegisterFault",
    "scripts.shards:ShardError",
    "scripts.situations:Restricted",
    "scripts.workers:WorkerError",
    "writers.model:WriterError",
    "writers.paper:NoPdf",
    "stream.mends:UnknownFaustError",
    "stream.records:RecordKeyError",
    "stream.admin:ClusterError",
    "wallboard.auth.members:MemberError",
    "kafka.errors:KafkaError",
    "concurrent.futures.process:BrokenProcessPool",
)
"""Module and class. Looked up only among loaded modules: what is not loaded cannot have raised."""


def message(error: BaseException) -> str | None:
    """The message for a known error, or None for one that is our own fault."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror or error}"
    if isinstance(error, known_errors()):
        return str(error)
    return None


def known_errors() -> tuple[type[BaseException], ...]:
    """The classes in KNOWN whose modules are loaded."""
    found = []
    for entry in KNOWN:
        module, _, name = entry.partition(":")
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            found.append(kind)
    return tuple(found)
