"""How a whole figure can stand, sit or walk, as data: joints relative to the middle of the face, y downwards.

Knows nothing of drawing. Units as in `looks`; "left" is the viewer's left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Joint = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stance:
    """Elbow and hand of each arm, knee and foot of each leg.

    A product is held at `hold`, which is `grip` of its height below its top.
    """

    left_arm: tuple[Joint, Joint]
    right_arm: tuple[Joint, Joint]
    left_leg: tuple[Joint, Joint]
    right_leg: tuple[Joint, Joint]
    hold: Joint | None = None
    grip: float = 0.93
    seated: bool = False

    def mirrored(self) -> Stance:
        """The same stance seen in a mirror."""
        return Stance(
            _flipped(self.right_arm),
            _flipped(self.left_arm),
            _flipped(self.right_leg),
            _flipped(self.left_leg),
            None if self.hold is None else (-self.hold[0], self.hold[1]),
            self.grip,
            self.seated,
        )


def _flipped(limb: tuple[Joint, Joint]) -> tuple[Joint, Joint]:
    return (-limb[0][0], limb[0][1]), (-limb[1][0], limb[1][1])


_LEFT_LEG: tuple[Joint, Joint] = ((-104, 890), (-116, 1180))
_RIGHT_LEG: tuple[Joint, Joint] = ((104, 890), (116, 1180))
_LEFT_DOWN: tuple[Joint, Joint] = ((-318, 520), (-300, 690))
_LEFT_HIP: tuple[Joint, Joint] = ((-400, 520), (-250, 620))

STANCES: Mapping[str, Stance] = {
    "holding": Stance(((-320, 560), (-120, 566)), ((320, 560), (120, 566)), _LEFT_LEG, _RIGHT_LEG, hold=(0, 610)),
    "presenting": Stance(_LEFT_HIP, ((400, 470), (372, 250)), _LEFT_LEG, _RIGHT_LEG, hold=(376, 268)),
    "walking": Stance(
        ((-330, 500), (-370, 640)),
        ((322, 540), (404, 660)),
        ((-56, 880), (-190, 1120)),
        ((128, 880), (196, 1186)),
        hold=(408, 670),
        grip=0.08,
    ),
    "pointing": Stance(((-370, 540), (-356, 380)), ((330, 560), (70, 470)), _LEFT_LEG, _RIGHT_LEG, hold=(-360, 396)),
    "waving": Stance(((-330, 560), (-150, 600)), ((400, 380), (390, 130)), _LEFT_LEG, _RIGHT_LEG, hold=(-140, 624)),
    "seated": Stance(
        ((-320, 560), (-130, 590)),
        ((320, 560), (130, 590)),
        ((-170, 760), (-190, 1010)),
        ((170, 760), (190, 1010)),
        hold=(0, 640),
        seated=True,
    ),
    "standing": Stance(_LEFT_DOWN, ((318, 520), (300, 690)), _LEFT_LEG, _RIGHT_LEG),
}
