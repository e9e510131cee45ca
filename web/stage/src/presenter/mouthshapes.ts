// The 15 mouth shapes, drawn one by one. Names: the Oculus set, as streaming/speech.py has them.
import { lerp } from "./geometry";

/** Half a mouth, from its middle; up is negative. Teeth, tongue: 0..1, how much of them shows. */
export interface MouthShape {
  /** Half the width from corner to corner. */
  wide: number;
  /** Peak of the upper lip, and the dip between its peaks. */
  upper: number;
  dip: number;
  /** Edges of the opening in the middle. */
  top: number;
  bottom: number;
  /** Lower edge of the lower lip. */
  lower: number;
  /** 0: corners drawn to points; 1: rounded lips, pushed forward. */
  round: number;
  teethTop: number;
  teethBottom: number;
  /** How high the tongue stands, and how far it comes forward. */
  tongue: number;
  tongueOut: number;
}

const shape = (
  wide: number,
  [upper, dip, top, bottom, lower]: readonly [number, number, number, number, number],
  round: number,
  [teethTop, teethBottom]: readonly [number, number],
  [tongue, tongueOut]: readonly [number, number],
): MouthShape => ({ wide, upper, dip, top, bottom, lower, round, teethTop, teethBottom, tongue, tongueOut });

export const CLOSED: MouthShape = shape(25.5, [-9.4, 3, 0, 0, 10.5], 0, [0, 0], [0, 0]);

/** Lips of the smile of somebody who listens: parted, upper teeth showing. Not a speech sound. */
export const PARTED: MouthShape = shape(31, [-7.5, 2.2, -1.5, 8.5, 17], 0, [1, 0], [0, 0]);

export const MOUTHS: Readonly<Record<string, MouthShape>> = {
  sil: CLOSED,
  PP: shape(25.5, [-5.6, 1.4, 0.4, 0.4, 7], 0.15, [0, 0], [0, 0]),
  FF: shape(27, [-9.5, 2.4, -4.4, 0.6, 8], 0, [1, 0], [0, 0]),
  TH: shape(27.5, [-9.5, 2.6, -4.6, 7, 16.5], 0, [0.75, 0.1], [0.62, 1]),
  DD: shape(27.5, [-9.2, 2.6, -4, 7, 16], 0, [0.9, 0.15], [0.75, 0.35]),
  kk: shape(28, [-9.2, 2.6, -4.4, 10, 19.5], 0, [0.7, 0.1], [0.5, 0]),
  CH: shape(21.5, [-12.5, 2, -6, 7.5, 19.5], 0.6, [1, 1], [0, 0]),
  SS: shape(30, [-8.6, 2.6, -4.2, 5.6, 14], 0, [1, 1], [0, 0]),
  nn: shape(27.5, [-8.8, 2.6, -3.4, 5.6, 14.8], 0, [0.85, 0.1], [0.85, 0.2]),
  RR: shape(22, [-10.8, 2.2, -5, 8, 19], 0.5, [0.5, 0.1], [0.55, 0.1]),
  aa: shape(28.5, [-10.6, 2.6, -6.4, 24, 34], 0.1, [0.8, 0.12], [0.34, 0.1]),
  E: shape(30.5, [-9.6, 2.6, -5.6, 14, 23], 0, [0.9, 0.15], [0.42, 0.2]),
  I: shape(32, [-9, 2.6, -4.8, 8.6, 17], 0, [1, 0.35], [0.35, 0.2]),
  O: shape(20, [-14.5, 2, -8, 15.5, 27.5], 0.9, [0.22, 0], [0.26, 0]),
  U: shape(15, [-12.5, 1.8, -4, 6, 18.5], 1, [0, 0], [0, 0]),
};

export function blend(from: MouthShape, to: MouthShape, share: number): MouthShape {
  return {
    wide: lerp(from.wide, to.wide, share),
    upper: lerp(from.upper, to.upper, share),
    dip: lerp(from.dip, to.dip, share),
    top: lerp(from.top, to.top, share),
    bottom: lerp(from.bottom, to.bottom, share),
    lower: lerp(from.lower, to.lower, share),
    round: lerp(from.round, to.round, share),
    teethTop: lerp(from.teethTop, to.teethTop, share),
    teethBottom: lerp(from.teethBottom, to.teethBottom, share),
    tongue: lerp(from.tongue, to.tongue, share),
    tongueOut: lerp(from.tongueOut, to.tongueOut, share),
  };
}

/** The mouth of a sound, `weight` 0..1 wide; a sound nobody has drawn is silence. */
export function mouthOf(viseme: string, weight: number): MouthShape {
  const found = Object.hasOwn(MOUTHS, viseme) ? (MOUTHS[viseme] as MouthShape) : CLOSED;
  return weight >= 1 ? found : blend(CLOSED, found, Math.max(0, weight));
}
