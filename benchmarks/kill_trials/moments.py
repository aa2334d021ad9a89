"""The moments of a process at which it can be killed, chosen by stage.

A training is divided by the records in its `metrics.jsonl`: gap k lies between record
k and the next one. Stages have gaps of very different lengths, so a moment is drawn in
the stage with the fewest kills, and not over all of the time.
"""

import dataclasses
import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

START, RESUMING, TEST = "start", "resuming", "test"

# The time after a record in which its checkpoint is written: half of all moments.
_CHECKPOINT_SECONDS = 0.05


class Moment(NamedTuple):
    """A moment of a training.

    Attributes:
      stage: The name of the stage that it lies in.
      records: The number of records that exist by then.
      delay: The time since the last of these, or since the first output without any,
        in seconds.
    """

    stage: str
    records: int
    delay: float


@dataclasses.dataclass(frozen=True)
class Timeline:
    """The gaps of an undisturbed training.

    Attributes:
      phases: The phase of each record, `[R]`.
      seconds: The length of each gap, `[R + 1]`; the last one ends with the process.
    """

    phases: Sequence[str]
    seconds: Sequence[float]

    @property
    def stages(self) -> list[str]:
        """The names of all stages, in order."""
        return list(dict.fromkeys([START, RESUMING, *map(self.stage, self._gaps)]))

    @property
    def _gaps(self) -> range:
        return range(1, len(self.seconds))

    def stage(self, records: int) -> str:
        """Returns the stage that trains after so many records."""
        return self.phases[records] if records < len(self.phases) else TEST

    def choose(
        self, done: int, kills: Mapping[str, int], draw: random.Random
    ) -> Moment | None:
        """Draws a moment in the stage with the fewest kills.

        Args:
          done: The number of records that an earlier, killed process has left; -1 if
            there was none. Later moments alone are drawn.
          kills: The number of kills in each stage so far.
          draw: The random numbers.

        Returns:
          The moment; None where nothing is left to be disturbed.
        """
        later = [records for records in self._gaps if records > done]
        if not later:
            return None
        first = START if done < 0 else RESUMING
        stages = dict.fromkeys([first, *map(self.stage, later)])
        fewest = min(kills.get(stage, 0) for stage in stages)
        stage = draw.choice([s for s in stages if kills.get(s, 0) == fewest])
        if stage == first:
            return Moment(stage, 0, draw.uniform(0.0, self.seconds[0]))
        records = draw.choice([r for r in later if self.stage(r) == stage])
        longest = self.seconds[records]
        if draw.random() < 0.5:
            longest = min(longest, _CHECKPOINT_SECONDS)
        return Moment(stage, records, draw.uniform(0.0, longest))
