/** What the page's address says: `/stage/{room}?theme=dark&background=none&push=1`. Unknown values mean nothing. */

export interface Address {
  readonly room: string;
  readonly theme: "light" | "dark" | "auto";
  /** No set, so that a studio program can put the presenter before a picture of its own. */
  readonly transparent: boolean;
  /** The push process plays the sound itself; this page is only looked at. */
  readonly push: boolean;
}

export function readAddress(location: Location): Address {
  const asked = new URLSearchParams(location.search);
  const theme = asked.get("theme");
  return {
    room: decodeURIComponent(location.pathname.split("/").filter(Boolean).at(-1) ?? ""),
    theme: theme === "dark" || theme === "auto" ? theme : "light",
    transparent: asked.get("background") === "none",
    push: asked.get("push") === "1",
  };
}

export function socketUrl(room: string): string {
  const url = new URL(`/ws/stage/${encodeURIComponent(room)}`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
