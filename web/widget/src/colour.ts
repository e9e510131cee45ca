/**
 * One colour of the shop -> every colour of the widget, for light and dark, with WCAG AA contrast.
 * Pure functions; used by the loader and by the demo page.
 */

type Rgb = readonly [number, number, number];

const INK: Rgb = [0x14, 0x16, 0x1f];
const WHITE: Rgb = [255, 255, 255];
/** WCAG 2.2, 1.4.3: text; 1.4.11: parts of controls. A little above, so that rounding can't fail it. */
const TEXT_RATIO = 4.6;
const PART_RATIO = 3.1;
/** Below this, white on the colour would need so much darkening that the colour is no longer the shop's. */
const WHITE_WORTH_SAVING = 2.9;

interface Ground {
  readonly paper: Rgb;
  readonly surface: Rgb;
  readonly ink: Rgb;
}

const LIGHT: Ground = { paper: [0xfb, 0xfa, 0xf7], surface: WHITE, ink: INK };
const DARK: Ground = { paper: INK, surface: [0x1d, 0x20, 0x30], ink: [0xf4, 0xf2, 0xec] };

/** `#0B6B74` or `#0b7` -> RGB; null for anything else. */
export function parseColour(text: string | null | undefined): Rgb | null {
  const hex = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(text?.trim() ?? "")?.[1];
  if (!hex) return null;
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16)) as unknown as Rgb;
}

/** Relative luminance, WCAG 2.2 (definition "relative luminance"). */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of two colours, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Mixing with a light colour greys; this gives back the strength that was lost. */
function vivid(colour: Rgb, strength: number): Rgb {
  const middle = (Math.max(...colour) + Math.min(...colour)) / 2;
  const part = (value: number): number => Math.round(Math.min(255, Math.max(0, middle + (value - middle) * strength)));
  return colour.map(part) as unknown as Rgb;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((part, index) => Math.round(part + ((to[index] ?? 0) - part) * share)) as unknown as Rgb;
}

/** Moves `colour` towards `goal` only as far as needed to reach `ratio` against all `grounds`. */
function towards(colour: Rgb, goal: Rgb, grounds: readonly Rgb[], ratio: number): Rgb {
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = mix(colour, goal, share);
    const moved = goal === INK ? mixed : vivid(mixed, 1 + share);
    if (grounds.every((ground) => contrast(moved, ground) >= ratio)) return moved;
  }
  return goal;
}

function css(colour: Rgb): string {
  return `rgb(${colour.join(" ")})`;
}

function palette(shop: Rgb, ground: Ground, dark: boolean): string {
  const visible = towards(shop, ground.ink, [ground.paper, ground.surface], dark ? PART_RATIO : 1.25);
  const keepWhite = contrast(visible, WHITE) >= WHITE_WORTH_SAVING && !(dark && contrast(visible, WHITE) < TEXT_RATIO);
  const fill = keepWhite ? towards(visible, INK, [WHITE], TEXT_RATIO) : towards(visible, WHITE, [INK], TEXT_RATIO);
  const onFill = keepWhite ? WHITE : INK;
  const tint = mix(ground.surface, fill, dark ? 0.16 : 0.09);
  const text = towards(shop, ground.ink, [ground.paper, ground.surface, tint], TEXT_RATIO);
  const values: Record<string, Rgb> = {
    accent: fill,
    "accent-hover": mix(fill, keepWhite ? INK : WHITE, 0.12),
    "on-accent": onFill,
    "accent-text": text,
    tint,
    "tint-line": mix(ground.surface, text, dark ? 0.4 : 0.28),
  };
  return Object.entries(values)
    .map(([name, colour]) => `--${name}:${css(colour)};`)
    .join("");
}

/** Declarations of the derived colours for light and for dark; `shop` null takes the brand's lagoon. */
export function themeRules(shop: string | null | undefined): { readonly light: string; readonly dark: string } {
  const colour = parseColour(shop) ?? [0x0b, 0x6b, 0x74];
  return { light: palette(colour, LIGHT, false), dark: palette(colour, DARK, true) };
}
