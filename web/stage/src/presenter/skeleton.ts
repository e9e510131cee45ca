// Puts one moment of the figure together: idle life, mood, pose and speech become a Rig. Owns every spring.
import { shoulderY } from "./body";
import type { Cloth } from "./colour";
import { clamp, lerp } from "./geometry";
import { Hand } from "./hands";
import type { Look } from "./looks";
import { approach, blinkAt, faceOf, idleBody, idleGaze, jitter, pull, talking, type Face, type Idle, type Spring } from "./motion";
import { blend, CLOSED, mouthOf, PARTED, type MouthShape } from "./mouthshapes";
import { BODY_POSES, type ArmPose, type BodyPose } from "./poses";
import type { Arm, Rig } from "./rig";

/** What the page tells the presenter about this moment. Names that nobody has drawn mean silence, rest, neutral. */
export interface Pose {
  /** Mouth shape now (names as in streaming/speech.py) and how wide, 0..1. */
  viseme: string;
  weight: number;
  /** The shape that follows, and how far the mouth is on its way there, 0..1. */
  next: string;
  blend: number;
  /** Of the sound now, 0..1: drives jaw, nods and hands. */
  loudness: number;
  gesture: string;
  mood: string;
  /** -1..1 to the viewer's right and down, 0, 0 is the camera; null lets the eyes wander by themselves. */
  lookAt: { x: number; y: number } | null;
  speaking: boolean;
}

// Frames further apart than this were not shown: springs go to their goals instead of being caught on the way.
const GAP_MS = 1000;
const REST = BODY_POSES["rest"] as BodyPose;
const MIDDLE_SHOULDER = 160;
// A mouth needs 60 to 100 ms from shape to shape; this much of the way is left after one time constant.
const MOUTH_S = 0.026;

const spring = (at = 0): Spring => ({ at, speed: 0 });

class ArmState {
  private readonly channels: Spring[];
  readonly hand: Hand;

  constructor(
    readonly side: -1 | 1,
    pose: ArmPose,
  ) {
    this.channels = goals(pose).map(spring);
    this.hand = new Hand(pose.hand);
  }

  advance(pose: ArmPose, seconds: number, calm: boolean): void {
    // Wrist and hand run a little behind the elbow: an arm is led by its heavy end.
    goals(pose).forEach((goal, index) => {
      const pace = index < 2 ? 9.6 : index < 4 ? 8.4 : 9.2;
      pull(this.channels[index] as Spring, goal, seconds, calm ? 7 : pace, calm ? 1 : 0.74);
    });
    this.hand.advance(pose.hand, seconds);
  }

  snap(pose: ArmPose): void {
    goals(pose).forEach((goal, index) => Object.assign(this.channels[index] as Spring, { at: goal, speed: 0 }));
    this.hand.advance(pose.hand, 1);
  }

  read(index: number): number {
    return (this.channels[index] as Spring).at;
  }
}

const goals = (pose: ArmPose): number[] => [...pose.elbow, ...pose.wrist, pose.turn, pose.thumb, ...pose.size];

export class Skeleton {
  private readonly arms: { left: ArmState; right: ArmState };
  private readonly face: Face = { ...faceOf("neutral") };
  private readonly headTurn = spring();
  private readonly headTilt = spring();
  private readonly nod = spring();
  private readonly lagX = spring();
  private readonly lagY = spring();
  private readonly ear = spring();
  private mouth: MouthShape = CLOSED;
  private jaw = 0;
  private loud = 0;
  private slowLoud = 0;
  private speech = 0;
  private parted = 0;
  private lastMs: number | null = null;
  private lastHead = { x: 0, y: 0 };

  constructor(
    private readonly look: Look,
    private readonly seed: number,
    private readonly calm: boolean,
  ) {
    this.arms = { left: new ArmState(-1, REST.left), right: new ArmState(1, REST.right) };
  }

  /** How far the lips of the speech are apart, 0 closed .. 1 as wide as they go. */
  get open(): number {
    return clamp((this.mouth.bottom - this.mouth.top) / 30, 0, 1);
  }

  advance(nowMs: number, pose: Pose, cloth: Cloth): Rig {
    const fresh = this.lastMs === null || nowMs - this.lastMs > GAP_MS || nowMs < this.lastMs;
    const seconds = fresh ? 0 : (nowMs - (this.lastMs as number)) / 1000;
    this.lastMs = nowMs;
    const body = Object.hasOwn(BODY_POSES, pose.gesture) ? (BODY_POSES[pose.gesture] as BodyPose) : REST;
    const idle = idleBody(this.seed, nowMs, this.calm ? 1 : 0);

    this.speak(pose, seconds, fresh);
    approach(this.face, faceOf(pose.mood), fresh ? 1 : 1 - Math.exp(-seconds / 0.16));
    this.moveArms(body, nowMs, seconds, fresh);
    const gaze = this.gaze(pose, nowMs);
    const head = this.moveHead(body, idle, gaze, seconds, fresh);
    this.trail(head, seconds, fresh);

    // In steps of about a third of a unit: clothes are painted anew only when they move.
    const breath = Math.round(idle.breath * 11) / 11;
    const twist = Math.round(clamp(head.yaw * 0.45 + body.turn * 0.3, -1, 1) * 36) / 36;
    return {
      look: this.look,
      cloth,
      breath,
      twist,
      ...head,
      head: [head.yaw * 5 + idle.sway * 0.35, head.pitch * 4 - breath * 1.6],
      blink: blinkAt(this.seed, nowMs),
      gaze,
      face: this.face,
      mouth: blend(this.mouth, PARTED, this.parted),
      jaw: this.jaw,
      lag: { x: this.lagX.at, y: this.lagY.at, ear: this.ear.at },
      left: this.armOf("left", body, idle, nowMs, head.yaw),
      right: this.armOf("right", body, idle, nowMs, head.yaw),
      front: body.front,
    };
  }

  private speak(pose: Pose, seconds: number, fresh: boolean): void {
    const now = mouthOf(pose.viseme, clamp(pose.weight, 0, 1));
    const next = mouthOf(pose.next, clamp(pose.weight, 0, 1));
    const goal = blend(now, next, clamp(pose.blend, 0, 1));
    const share = fresh ? 1 : 1 - Math.exp(-seconds / MOUTH_S);
    this.mouth = blend(this.mouth, goal, share);
    const loudness = clamp(pose.loudness, 0, 1);
    this.loud = lerp(this.loud, loudness, fresh ? 1 : 1 - Math.exp(-seconds / (loudness > this.loud ? 0.03 : 0.12)));
    this.slowLoud = lerp(this.slowLoud, loudness, fresh ? 1 : 1 - Math.exp(-seconds / 0.5));
    this.speech = lerp(this.speech, pose.speaking ? 1 : 0, fresh ? 1 : 1 - Math.exp(-seconds / 0.25));
    const gap = Math.max(0, this.mouth.bottom - this.mouth.top);
    // Loudness opens the jaw only where the sound lets it open at all: lips of a P stay shut.
    this.jaw = gap * (0.48 + 0.3 * this.loud);
    const smiles = pose.speaking || pose.viseme !== "sil" ? 0 : faceOf(pose.mood).parted;
    this.parted = lerp(this.parted, smiles, fresh ? 1 : 1 - Math.exp(-seconds / (smiles > this.parted ? 0.22 : 0.07)));
  }

  private moveArms(body: BodyPose, nowMs: number, seconds: number, fresh: boolean): void {
    const free = body === REST && !this.calm && this.speech > 0.5;
    const shown = free ? (BODY_POSES[talking(this.seed, nowMs)] as BodyPose) : body;
    for (const which of ["left", "right"] as const) {
      const goal = shown[which];
      if (fresh) this.arms[which].snap(goal);
      else this.arms[which].advance(goal, seconds, this.calm);
    }
  }

  private gaze(pose: Pose, nowMs: number): { x: number; y: number } {
    const goal = pose.lookAt ?? (this.calm ? { x: 0, y: 0 } : idleGaze(this.seed, nowMs));
    const small = this.calm ? { x: 0, y: 0 } : jitter(this.seed, nowMs);
    return { x: clamp(goal.x, -1, 1) + small.x, y: clamp(goal.y, -1, 1) + small.y };
  }

  private moveHead(body: BodyPose, idle: Idle, gaze: { x: number; y: number }, seconds: number,
    fresh: boolean): { yaw: number; pitch: number; roll: number } {
    const damping = this.calm ? 1 : 0.8;
    const turn = body.turn * 0.5 + gaze.x * 0.55 + 0.16;
    const tilt = body.tilt + this.face.tilt;
    // A stressed syllable is a small nod.
    const stress = (this.loud - this.slowLoud) * this.speech * (this.calm ? 0.25 : 1);
    const step = fresh ? 1 : seconds;
    const moves: [Spring, number, number][] = [[this.headTurn, turn, 7], [this.headTilt, tilt, 6],
      [this.nod, stress * 0.55 + gaze.y * 0.4, 13]];
    for (const [state, goal, pace] of moves) {
      if (fresh) Object.assign(state, { at: goal, speed: 0 });
      else pull(state, goal, step, pace, damping);
    }
    const lively = 1 + this.speech * 0.5;
    return {
      yaw: clamp(this.headTurn.at + idle.yaw * lively, -1, 1),
      pitch: clamp(this.nod.at + idle.pitch * lively + this.face.pitch, -1, 1),
      roll: (this.headTilt.at * Math.PI) / 180 + idle.roll * lively,
    };
  }

  // Hair and earrings follow the head's speed, not its place.
  private trail(head: { yaw: number; pitch: number; roll: number }, seconds: number, fresh: boolean): void {
    const place = { x: head.yaw * 20 - head.roll * 170, y: head.pitch * 14 };
    if (!fresh && seconds > 0) {
      const speedX = clamp((place.x - this.lastHead.x) / seconds, -400, 400);
      const speedY = clamp((place.y - this.lastHead.y) / seconds, -300, 300);
      const amount = this.calm ? 0.3 : 1;
      pull(this.lagX, -speedX * 0.14 * amount + place.x * -0.12, seconds, 9, 0.35);
      pull(this.lagY, -speedY * 0.1 * amount, seconds, 11, 0.45);
      pull(this.ear, clamp(speedX * 0.006, -0.5, 0.5) * amount - head.roll, seconds, 14, 0.16);
    } else if (fresh) {
      Object.assign(this.lagX, { at: place.x * -0.12, speed: 0 });
      Object.assign(this.lagY, { at: 0, speed: 0 });
      Object.assign(this.ear, { at: -head.roll, speed: 0 });
    }
    this.lastHead = place;
  }

  private armOf(which: "left" | "right", body: BodyPose, idle: Idle, nowMs: number, yaw: number): Arm {
    const state = this.arms[which];
    const { side } = state;
    const build = (this.look.shoulder - MIDDLE_SHOULDER) * side;
    const drift = which === "left" ? idle.left : idle.right;
    const beat = -(this.loud - this.slowLoud) * 14 * this.speech * (this.calm ? 0.2 : 1);
    const swing = which === "left" && body.swing > 0 ? Math.sin((nowMs / 1000) * Math.PI * 2 * 1.7) * body.swing * (this.calm ? 0.35 : 1) : 0;
    const elbow: [number, number] = [state.read(0) + build, state.read(1) + drift * 2 - idle.breath * 2];
    let wrist: [number, number] = [state.read(2) + build * 0.7 + drift * 3,
      state.read(3) + drift * 3 + beat - idle.breath * 2];
    if (swing !== 0) {
      const angle = (swing * Math.PI) / 180;
      const [dx, dy] = [wrist[0] - elbow[0], wrist[1] - elbow[1]];
      wrist = [elbow[0] + dx * Math.cos(angle) - dy * Math.sin(angle),
        elbow[1] + dx * Math.sin(angle) + dy * Math.cos(angle)];
    }
    const near = 1 + side * yaw * 0.009;
    return {
      side,
      // A raised hand lifts its shoulder.
      shoulder: [side * (this.look.shoulder - 4) * near,
        shoulderY(idle.breath) - side * yaw - 4 * clamp((430 - wrist[1]) / 200, 0, 1)],
      elbow,
      wrist,
      turn: ((state.read(4) + swing * 1.3 + drift * 1.2) * Math.PI) / 180,
      thumb: state.read(5),
      size: [state.read(6), state.read(7)],
      hand: state.hand.shape,
    };
  }
}
