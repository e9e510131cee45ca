/** What the console asks the server, typed. Every failure is a `Refused` or, without a connection, a TypeError. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type FactValues = Readonly<Record<string, Json>>;

export interface Field {
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  readonly unit: string | null;
  readonly value: Json;
  readonly fixed: boolean;
}

export interface Row {
  readonly whole: number;
  readonly shortened: number;
  readonly silent: number;
  readonly absent: number;
}

export interface Coverage {
  readonly entries: number;
  readonly languages: Readonly<Record<string, Row>>;
  readonly gaps: Readonly<Record<string, readonly string[]>>;
}

export interface Shown {
  readonly fields: readonly Field[];
  readonly version: number;
  readonly coverage: Coverage;
}

export interface Answer {
  readonly entry_id: string;
  readonly title: string;
  readonly answer: string;
  readonly before: string;
}

export interface Preview {
  readonly answers: readonly Answer[];
  readonly coverage: Coverage;
}

export interface Problem {
  readonly fact: string;
  readonly code: string;
  readonly value: string | null;
}

export interface Strings {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly strings: Readonly<Record<string, string>>;
  readonly languages: readonly { readonly code: string; readonly name: string; readonly direction: "ltr" | "rtl" }[];
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly problems: readonly Problem[],
  ) {
    super(code);
  }
}

const TOKEN = "storecast-console:token";

export const token = {
  read: (): string => sessionStorage.getItem(TOKEN) ?? "",
  keep: (value: string): void => sessionStorage.setItem(TOKEN, value),
  forget: (): void => sessionStorage.removeItem(TOKEN),
};

async function call<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Authorization: `Bearer ${token.read()}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  if (answer.ok) return (await answer.json()) as T;
  const told = (await answer.json().catch(() => ({}))) as { error?: { code: string }; problems?: Problem[] };
  throw new Refused(answer.status, told.error?.code ?? "", told.problems ?? []);
}

export const api = {
  strings: (language: string): Promise<Strings> => call(`/console/strings/${encodeURIComponent(language)}.json`),
  facts: (): Promise<Shown> => call("/api/shop/facts"),
  save: (facts: FactValues, version: number): Promise<Shown> => call("/api/shop/facts", "PUT", { facts, version }),
  preview: (facts: FactValues, language: string): Promise<Preview> =>
    call("/api/shop/facts/preview", "POST", { facts, language }),
};
