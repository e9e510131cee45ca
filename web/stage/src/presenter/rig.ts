// What the painters are told about this moment. Made by skeleton.ts, once a frame.
import type { Cloth } from "./colour";
import type { HandShape } from "./handshapes";
import type { Look } from "./looks";
import type { Face } from "./motion";
import type { MouthShape } from "./mouthshapes";

export interface Arm {
  /** -1 on the viewer's left, 1 on the right. */
  side: -1 | 1;
  shoulder: [number, number];
  elbow: [number, number];
  wrist: [number, number];
  /** Of the hand, radians clockwise from fingers-up. */
  turn: number;
  thumb: number;
  size: [number, number];
  hand: HandShape;
}

export interface Rig {
  look: Look;
  cloth: Cloth;
  breath: number;
  /** Of the chest, -1..1. */
  twist: number;
  yaw: number;
  pitch: number;
  roll: number;
  /** Where the head sits: the middle between the eyes would be here if it were upright. */
  head: [number, number];
  blink: number;
  gaze: { x: number; y: number };
  face: Face;
  mouth: MouthShape;
  /** How far the chin drops, in units. */
  jaw: number;
  /** What hair and earrings trail behind the head, in units. */
  lag: { x: number; y: number; ear: number };
  left: Arm;
  right: Arm;
  front: "left" | "right";
}
