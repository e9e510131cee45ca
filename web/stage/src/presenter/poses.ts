// Key poses of the arms. Places are units of the figure from the middle between the eyes, for the middle build;
// `side` -1 is the arm on the viewer's left, 1 the one on the right. The product stands on the viewer's right.

export interface ArmPose {
  elbow: readonly [number, number];
  wrist: readonly [number, number];
  /** Of the hand, degrees clockwise from fingers-up. */
  turn: number;
  hand: string;
  /** 1: thumb towards the viewer's right when fingers are up; -1: the other way. */
  thumb: 1 | -1;
  /** Share of the hand's length and width that is seen. */
  size: readonly [wide: number, long: number];
}

export interface BodyPose {
  left: ArmPose;
  right: ArmPose;
  /** Which forearm is painted last. */
  front: "left" | "right";
  /** Head and chest that go with it: degrees of tilt, -1..1 of turn. */
  tilt: number;
  turn: number;
  /** Swing of a raised hand: degrees, 0 none. */
  swing: number;
}

const REST_LEFT: ArmPose = { elbow: [-200, 466], wrist: [-98, 520],
  turn: 98, hand: "rest", thumb: -1, size: [0.94, 0.92] };
const REST_RIGHT: ArmPose = { elbow: [202, 470], wrist: [94, 536],
  turn: -98, hand: "under", thumb: 1, size: [0.94, 0.92] };
const CALM = { front: "left", tilt: 0, turn: 0, swing: 0 } as const;

const counting = (hand: string): BodyPose => ({
  ...CALM,
  left: { elbow: [-208, 456], wrist: [-232, 238], turn: -1, hand, thumb: 1, size: [1, 1] },
  right: { ...REST_RIGHT, wrist: [70, 520] },
  tilt: -2,
});

export const BODY_POSES: Readonly<Record<string, BodyPose>> = {
  rest: { ...CALM, left: REST_LEFT, right: REST_RIGHT },
  // What hands do between gestures while the mouth talks; not gestures of their own.
  talk: {
    ...CALM,
    left: REST_LEFT,
    right: { elbow: [206, 466], wrist: [238, 384], turn: 42, hand: "offer", thumb: -1, size: [0.86, 0.9] },
  },
  talk_both: {
    ...CALM,
    left: { elbow: [-206, 466], wrist: [-240, 392], turn: -48, hand: "offer", thumb: 1, size: [0.82, 0.88] },
    right: { elbow: [206, 466], wrist: [242, 402], turn: 54, hand: "offer", thumb: -1, size: [0.82, 0.88] },
  },
  palm: {
    ...CALM,
    left: REST_LEFT,
    right: { elbow: [216, 460], wrist: [268, 336], turn: 60, hand: "offer", thumb: -1, size: [0.92, 1] },
    tilt: 2.5,
    turn: 0.5,
  },
  count_one: counting("one"),
  count_two: counting("two"),
  count_three: counting("three"),
  thumbs_up: {
    ...CALM,
    left: { elbow: [-212, 462], wrist: [-150, 372], turn: 58, hand: "thumb", thumb: -1, size: [1, 1] },
    right: REST_RIGHT,
    tilt: -3,
  },
  heart: {
    ...CALM,
    left: { elbow: [-212, 456], wrist: [-110, 396], turn: 22, hand: "heart", thumb: 1, size: [1, 1] },
    right: { elbow: [212, 456], wrist: [110, 396], turn: -22, hand: "heart", thumb: -1, size: [1, 1] },
    tilt: 3,
  },
  wave: {
    ...CALM,
    left: { elbow: [-238, 430], wrist: [-258, 206], turn: -6, hand: "open", thumb: 1, size: [1, 1] },
    right: REST_RIGHT,
    tilt: -3.5,
    turn: -0.15,
    swing: 13,
  },
  chest: {
    ...CALM,
    left: { elbow: [-212, 458], wrist: [-92, 362], turn: 74, hand: "flat", thumb: -1, size: [0.96, 0.94] },
    right: REST_RIGHT,
    tilt: -2,
  },
  link: {
    ...CALM,
    left: { elbow: [-234, 418], wrist: [-134, 440], turn: 164, hand: "point", thumb: -1, size: [0.96, 1] },
    right: REST_RIGHT,
    tilt: -1.5,
  },
};
