"""What a contact center may set about detection. The policy file carries these values."""

from typing import Protocol

import msgspec


class DetectionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds are probabilities 0–1 at or above which a finding is raised."""

    threshold: float = 0.5
    thresholds: dict[str, float] = {}
    languages: tuple[str, ...] = ("en",)
    max_text_chars: int = 20_000

    def threshold_for(self, label: str) -> float:
        """The label's own threshold, else the common one."""
        return self.thresholds.get(label, self.threshold)


class HasDetection(Protocol):
    """Anything that carries detection settings; the policy does."""

    @property
    def detection(self) -> DetectionSettings: ...
