/** Building elements: text is always a text node, never markup. Used by loader and widget. */

type Child = Node | string | null | undefined | false;

/** An element with attributes (null and false leave one out) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number | boolean | null | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Paths on a 24 × 24 grid, drawn with a round 1.75 stroke; from Lucide (ISC licence), save the mark. */
export const ICONS = {
  // The brand's mark: a speech bubble whose tail is an on-air dot.
  mark: "M12.5 3.5h2A6.5 6.5 0 0 1 21 10v.5a6.5 6.5 0 0 1-6.5 6.5h-5A6.5 6.5 0 0 1 3 10.5V10a6.5 6.5 0 0 1 6.5-6.5z|dot",
  down: "m6 9 6 6 6-6",
  close: "M18 6 6 18M6 6l12 12",
} as const;

/** An icon that screen readers skip. `path` may end in `|dot` for the filled dot of the mark. */
export function icon(path: string, className = "icon"): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const [line = "", dot] = path.split("|");
  const drawn = document.createElementNS(space, "path");
  drawn.setAttribute("d", line);
  svg.append(drawn);
  if (dot) {
    const circle = document.createElementNS(space, "circle");
    for (const [name, value] of [["cx", "6.2"], ["cy", "20"], ["r", "2"]] as const) circle.setAttribute(name, value);
    circle.setAttribute("class", "dot");
    svg.append(circle);
  }
  return svg;
}
