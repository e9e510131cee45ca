/** One colour of the shop -> the colours of the set, in OKLCH, so that every hue is lit alike. Pure. */

import { parseColour } from "../../widget/src/colour";

const LAGOON = "#0b6b74";
/** The set is calm whatever the shop's colour is: the presenter wears it, and must stand out from the niche. */
const WALL_CHROMA = 0.032;
const NICHE_CHROMA = 0.085;

export interface SetColours {
  readonly wallLit: string;
  readonly wall: string;
  readonly wallFar: string;
  readonly panel: string;
  readonly niche: string;
  readonly nicheLit: string;
  readonly nicheEdge: string;
  readonly glow: string;
  readonly shelf: string;
  readonly shelfEdge: string;
  readonly shade: string;
  readonly thing: readonly [string, string, string, string];
  readonly leaf: string;
  readonly leafLit: string;
  readonly counter: string;
  readonly counterLit: string;
  readonly counterFront: string;
  readonly counterFar: string;
}

/** Linear light of an sRGB part 0..255. Source: IEC 61966-2-1. */
function linear(part: number): number {
  const value = part / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Hue (degrees) and chroma of a colour. Source: B. Ottosson, "A perceptual color space" (2020), OKLab. */
export function hueAndChroma(text: string): { readonly hue: number; readonly chroma: number } {
  const [r, g, b] = (parseColour(text) ?? parseColour(LAGOON) ?? [0, 0, 0]).map(linear) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const yellow = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { hue: (Math.atan2(yellow, a) * 180) / Math.PI, chroma: Math.hypot(a, yellow) };
}

export function setColours(shop: string, dark: boolean): SetColours {
  const { hue, chroma } = hueAndChroma(shop);
  const strength = Math.min(1, chroma / 0.06);
  // Warm light on a coloured wall: the lit side leans a little towards lamp light, the far side away from it.
  const tone = (lightness: number, most: number, turn = 0, alpha = 1): string =>
    `oklch(${lightness} ${(most * strength).toFixed(4)} ${((hue + turn + 360) % 360).toFixed(1)}${alpha < 1 ? ` / ${alpha}` : ""})`;
  const wood = (lightness: number, most = 0.05): string => `oklch(${lightness} ${most} 64)`;
  const lamp = (lightness: number, most: number, alpha = 1): string => `oklch(${lightness} ${most} 82 / ${alpha})`;
  return dark
    ? {
        wallLit: tone(0.4, WALL_CHROMA), wall: tone(0.29, WALL_CHROMA), wallFar: tone(0.18, 0.026),
        panel: tone(0.15, 0.02, 0, 0.35), niche: tone(0.25, NICHE_CHROMA * 0.5), nicheLit: tone(0.38, NICHE_CHROMA * 0.6), nicheEdge: tone(0.66, 0.075),
        glow: lamp(0.88, 0.07, 0.2), shelf: wood(0.42), shelfEdge: wood(0.55), shade: "oklch(0.12 0.02 270 / 0.5)",
        thing: [tone(0.52, 0.07), "oklch(0.62 0.05 60)", tone(0.44, 0.05, 40), "oklch(0.7 0.02 80)"],
        leaf: "oklch(0.38 0.055 155)", leafLit: "oklch(0.5 0.07 150)",
        counter: wood(0.36, 0.04), counterLit: wood(0.52, 0.055), counterFront: tone(0.29, 0.04), counterFar: tone(0.21, 0.026),
      }
    : {
        wallLit: tone(0.965, 0.012), wall: tone(0.915, 0.022), wallFar: tone(0.83, WALL_CHROMA),
        panel: tone(0.7, 0.03, 0, 0.16), niche: tone(0.79, NICHE_CHROMA * 0.6), nicheLit: tone(0.92, 0.032), nicheEdge: tone(0.97, 0.02),
        glow: lamp(0.99, 0.035, 0.75), shelf: wood(0.78), shelfEdge: wood(0.87, 0.035), shade: tone(0.42, 0.04, 0, 0.26),
        thing: [tone(0.58, 0.09), "oklch(0.74 0.075 58)", tone(0.8, 0.05, 40), "oklch(0.95 0.012 85)"],
        leaf: "oklch(0.55 0.075 152)", leafLit: "oklch(0.7 0.09 145)",
        counter: wood(0.83, 0.04), counterLit: wood(0.93, 0.025), counterFront: tone(0.8, 0.04), counterFar: tone(0.68, 0.05),
      };
}
