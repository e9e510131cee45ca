/**
 * What the browser remembers between pages: the conversation's token, what was read, the language chosen
 * by hand, and the messages not yet acknowledged. One key a message, so that
 * two tabs never overwrite each other. Where localStorage is refused, memory lasts as long as the page.
 */

export interface Unsent {
  readonly id: string;
  readonly text: string;
  readonly payload?: string;
  readonly language: string;
  readonly at: string;
}

type Setting = "token" | "read" | "language" | "chosen-on";

const OUTBOX = "outbox:";

export class Memory {
  private readonly prefix: string;
  private readonly store: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

  constructor(server: string) {
    this.prefix = `storecast:${server}:`;
    this.store = usable() ?? new PageStore();
  }

  get(name: Setting): string | null {
    return this.store.getItem(this.prefix + name);
  }

  set(name: Setting, value: string | null): void {
    if (value === null) this.store.removeItem(this.prefix + name);
    else this.write(this.prefix + name, value);
  }

  /** Everything not yet acknowledged, oldest first. */
  unsent(): Unsent[] {
    const start = this.prefix + OUTBOX;
    const found: Unsent[] = [];
    for (let index = 0; index < this.store.length; index += 1) {
      const key = this.store.key(index);
      if (!key?.startsWith(start)) continue;
      const message = parseUnsent(this.store.getItem(key));
      if (message) found.push(message);
    }
    return found.sort((a, b) => a.at.localeCompare(b.at));
  }

  keep(message: Unsent): void {
    this.write(this.prefix + OUTBOX + message.id, JSON.stringify(message));
  }

  forget(id: string): void {
    this.store.removeItem(this.prefix + OUTBOX + id);
  }

  /** Calls back when another tab changes a setting or the outbox. */
  watch(changed: (name: Setting | "outbox") => void): () => void {
    const listener = (event: StorageEvent): void => {
      if (!event.key?.startsWith(this.prefix)) return;
      const name = event.key.slice(this.prefix.length);
      changed(name.startsWith(OUTBOX) ? "outbox" : (name as Setting));
    };
    window.addEventListener("storage", listener);
    return () => window.removeEventListener("storage", listener);
  }

  private write(key: string, value: string): void {
    try {
      this.store.setItem(key, value);
    } catch {
      // Full: the message still lives on this page and is sent from here.
    }
  }
}

function usable(): Storage | null {
  try {
    const probe = "storecast:probe";
    window.localStorage.setItem(probe, "1");
    window.localStorage.removeItem(probe);
    return window.localStorage;
  } catch {
    return null;
  }
}

function parseUnsent(text: string | null): Unsent | null {
  try {
    const value = JSON.parse(text ?? "null") as Unsent | null;
    return value && typeof value.id === "string" && typeof value.text === "string" ? value : null;
  } catch {
    return null;
  }
}

/** The part of Storage that is used, for browsers that refuse it. */
class PageStore {
  private readonly values = new Map<string, string>();

  get length(): number {
    return this.values.size;
  }

  key(index: number): string | null {
    return [...this.values.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }

  removeItem(key: string): void {
    this.values.delete(key);
  }
}
