// Colours in OKLab, where equal steps look equal. Source: Björn Ottosson, "A perceptual color space for image
// processing" (2020), https://bottosson.github.io/posts/oklab/ (constants from there).

/** Lightness 0..1, chroma 0..0.4, hue in radians. */
export interface Lch {
  l: number;
  c: number;
  h: number;
}

const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const toGamma = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

/** Reads `#rgb` or `#rrggbb`; anything else is the house's lagoon, so that a bad setting can't undress anybody. */
export function parse(colour: string): Lch {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour.trim())?.[1] ?? "0b6b74";
  const wide = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  const [r, g, b] = [0, 2, 4].map((at) => toLinear(parseInt(wide.slice(at, at + 2), 16) / 255)) as [number, number,
    number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    c: Math.hypot(a, bb),
    h: Math.atan2(bb, a),
  };
}

/** `rgb()` of a colour; chroma that a screen can't show is taken back. */
export function css({ l, c, h }: Lch, alpha = 1): string {
  const rgb = channels(l, c, h) ?? channels(l, c * 0.7, h) ?? channels(l, c * 0.4, h) ?? channels(l, 0, h) ?? [0, 0, 0];
  const [r, g, b] = rgb.map((v) => Math.round(255 * toGamma(Math.min(1, Math.max(0, v)))));
  return `rgb(${r} ${g} ${b} / ${alpha})`;
}

function channels(lightness: number, c: number, h: number): [number, number, number] | null {
  const [a, b] = [c * Math.cos(h), c * Math.sin(h)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb: [number, number, number] = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return rgb.every((v) => v > -0.01 && v < 1.02) ? rgb : null;
}

/** The same colour lighter or darker, more or less vivid, its hue turned by `turn` radians. */
export function tone(colour: Lch, lighter: number, vivid = 1, turn = 0): Lch {
  return { l: Math.min(0.99, Math.max(0.03, colour.l + lighter)), c: colour.c * vivid, h: colour.h + turn };
}

/** What a shop's colour becomes on cloth. */
export interface Cloth {
  base: string;
  light: string;
  dark: string;
  deep: string;
  rim: string;
  lining: string;
}

// Cloth keeps to a middle band of lightness: the set behind is nearly white or nearly black, and skin (0.6 to
// 0.85) must not melt into it either. Measured by eye on both sets with 24 hues.
const CLOTH_DARKEST = 0.36;
const CLOTH_LIGHTEST = 0.56;
const CLOTH_VIVID = 0.15;

/** Cloth of a shop's colour that stands out from a light set, a dark set and skin. */
export function cloth(colour: string): Cloth {
  const asked = parse(colour);
  const base: Lch = {
    l: Math.min(CLOTH_LIGHTEST, Math.max(CLOTH_DARKEST, asked.l)),
    c: Math.min(CLOTH_VIVID, asked.c),
    h: asked.h,
  };
  return {
    base: css(base),
    light: css(tone(base, 0.075)),
    dark: css(tone(base, -0.085, 0.95)),
    deep: css(tone(base, -0.17, 0.8)),
    rim: css(tone(base, 0.3, 0.6)),
    lining: css(tone(base, -0.22, 0.7)),
  };
}
