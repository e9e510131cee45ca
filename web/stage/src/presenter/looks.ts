// The three presenters: what differs between them. All lengths are units of the figure (a head is 240 high),
// all face points are measured from the middle between the eyes.
import type { Point } from "./geometry";

export interface Skin {
  base: string;
  light: string;
  shade: string;
  deep: string;
  line: string;
  blush: string;
  shine: string;
  lip: string;
  lipDark: string;
  lipLight: string;
  nail: string;
  palm: string;
}

export interface Hair {
  base: string;
  light: string;
  dark: string;
  shine: string;
}

export type HairStyle = "waves" | "bob" | "cropped";
export type Outfit = "blazer" | "blouse" | "jacket";

export interface Look {
  id: string;
  hairStyle: HairStyle;
  outfit: Outfit;
  skin: Skin;
  hair: Hair;
  iris: readonly [rim: string, body: string, glow: string];
  /** The inner garment: light, shade. */
  inner: readonly [string, string];
  /** Right half of the face, crown to chin. */
  face: readonly Point[];
  neck: number;
  /** Joint of the shoulder from the middle, and how thick the upper arm is there. */
  shoulder: number;
  arm: number;
  bust: number;
  waist: number;
  hip: number;
  hand: number;
  finger: number;
  mouth: { y: number; size: number; full: number };
  nose: { length: number; width: number };
  eye: { apart: number; width: number; open: number; slant: number; fold: number; lashes: number };
  brow: { thick: number; arch: number; y: number; colour: string };
  age: number;
  /** Trousers: lit, base, dark. */
  legs: readonly [string, string, string];
  beard: boolean;
  earrings: "hoop" | "pearl" | null;
}

const LINA: Look = {
  id: "lina",
  hairStyle: "waves",
  outfit: "blazer",
  skin: {
    base: "#e9b893",
    light: "#f8d5b6",
    shade: "#cf8f6b",
    deep: "#a8664a",
    line: "#8a4b36",
    blush: "#e0765f",
    shine: "#ffffff",
    lip: "#c4584f",
    lipDark: "#a03f3d",
    lipLight: "#e08b7d",
    nail: "#c9534f",
    palm: "#efc0a2",
  },
  hair: { base: "#5b3222", light: "#8a5233", dark: "#381c15", shine: "#b9794a" },
  iris: ["#3a2a18", "#7a5526", "#b98a45"],
  inner: ["#fbf4ea", "#e2d3c2"],
  face: [[0, -122], [46, -114], [74, -84], [83, -42], [81, 4], [77, 38], [62, 80], [35, 110], [14, 122], [0, 124]],
  neck: 37,
  shoulder: 158,
  arm: 39,
  bust: 132,
  waist: 112,
  hip: 150,
  hand: 0.94,
  finger: 0.9,
  mouth: { y: 76, size: 1, full: 1.08 },
  nose: { length: 44, width: 15 },
  eye: { apart: 37, width: 19, open: 1, slant: 1.5, fold: 1, lashes: 1 },
  brow: { thick: 6.4, arch: 6, y: -29, colour: "#4a2a1d" },
  age: 0.2,
  legs: ["#3a3d4a", "#2a2c37", "#191a22"],
  beard: false,
  earrings: "hoop",
};

const MEI: Look = {
  id: "mei",
  hairStyle: "bob",
  outfit: "blouse",
  skin: {
    base: "#f3cfae",
    light: "#fee7cf",
    shade: "#dca683",
    deep: "#b8785b",
    line: "#955643",
    blush: "#f08e84",
    shine: "#ffffff",
    lip: "#d4606a",
    lipDark: "#ab424f",
    lipLight: "#ee9a9c",
    nail: "#f3b7ae",
    palm: "#f6d3b8",
  },
  hair: { base: "#26222b", light: "#443d4d", dark: "#141218", shine: "#7d7590" },
  iris: ["#1f1512", "#4a2f1f", "#7d5536"],
  inner: ["#ffffff", "#dfe0e8"],
  face: [[0, -120], [48, -112], [78, -82], [86, -40], [86, 6], [82, 42], [65, 82], [35, 108], [13, 117], [0, 118]],
  neck: 34,
  shoulder: 148,
  arm: 36,
  bust: 122,
  waist: 106,
  hip: 138,
  hand: 0.9,
  finger: 0.86,
  mouth: { y: 73, size: 0.93, full: 1 },
  nose: { length: 40, width: 14 },
  eye: { apart: 38, width: 18.5, open: 0.92, slant: 3.2, fold: 0.5, lashes: 0.85 },
  brow: { thick: 5.6, arch: 3, y: -28, colour: "#2f2930" },
  age: 0,
  legs: ["#f0e6d8", "#ddd0bf", "#a99a88"],
  beard: false,
  earrings: "pearl",
};

const OMAR: Look = {
  id: "omar",
  hairStyle: "cropped",
  outfit: "jacket",
  skin: {
    base: "#a86c47",
    light: "#c98d63",
    shade: "#824c30",
    deep: "#5f3421",
    line: "#46241a",
    blush: "#a8503a",
    shine: "#e6b48f",
    lip: "#8f4a3c",
    lipDark: "#6d332b",
    lipLight: "#b06f5e",
    nail: "#c79378",
    palm: "#c08a66",
  },
  hair: { base: "#2b2422", light: "#4a403b", dark: "#171313", shine: "#8d8681" },
  iris: ["#170e0a", "#3a2214", "#6b4326"],
  inner: ["#f7f6f3", "#d3d5da"],
  face: [[0, -124], [48, -116], [76, -86], [84, -42], [84, 4], [82, 42], [74, 84], [48, 116], [22, 128], [0, 129]],
  neck: 48,
  shoulder: 180,
  arm: 44,
  bust: 160,
  waist: 140,
  hip: 158,
  hand: 1.06,
  finger: 1.08,
  mouth: { y: 78, size: 1.02, full: 0.86 },
  nose: { length: 47, width: 19 },
  eye: { apart: 37, width: 18, open: 0.86, slant: 0, fold: 1.2, lashes: 0.25 },
  brow: { thick: 9, arch: 3, y: -27, colour: "#241c1a" },
  age: 0.85,
  legs: ["#434654", "#31333e", "#1e1f27"],
  beard: true,
  earrings: null,
};

export const LOOKS: Readonly<Record<string, Look>> = { lina: LINA, mei: MEI, omar: OMAR };

/** An id nobody has drawn is Lina. */
export function lookOf(id: string): Look {
  return Object.hasOwn(LOOKS, id) ? (LOOKS[id] as Look) : LINA;
}
