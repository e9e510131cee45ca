/** The page of shop facts: a form, what it makes of the answers, and saving. */

import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, Refused, type Field, type FactValues, type Json, type Preview, type Problem, type Shown } from "./api";
import { FactInput } from "./fields";
import { PreviewPanel } from "./preview";
import { useWords } from "./words";

const TRY_AFTER_MS = 300;
const MAX_CHARS = 200;

type Note = "saved" | "changed_elsewhere" | "failed" | null;

export function FactsPage({ start, signOut }: { readonly start: Shown; readonly signOut: () => void }): JSX.Element {
  const { say, language } = useWords();
  const [kept, setKept] = useState(start);
  const [values, setValues] = useState<FactValues>(() => valuesOf(start));
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [shown, setShown] = useState(language);
  const [note, setNote] = useState<Note>(null);
  const [busy, setBusy] = useState(false);
  const before = useMemo(() => valuesOf(kept), [kept]);
  const dirty = JSON.stringify(values) !== JSON.stringify(before);

  const refused = useCallback(
    (error: unknown): void => {
      if (error instanceof Refused && error.status === 401) signOut();
      else if (error instanceof Refused && error.problems.length) setProblems(error.problems);
      else setNote("failed");
    },
    [signOut],
  );

  // The newest values are tried out once the hand rests; an answer that comes late is not shown.
  useEffect(() => {
    let current = true;
    const show = async (): Promise<void> => {
      try {
        const found = await api.preview(stated(values), shown);
        if (current) setProblems([]);
        if (current) setPreview(found);
      } catch (error) {
        if (!current) return;
        refused(error);
        // What is wrong is left out, so that everything else can be looked at.
        const wrong = error instanceof Refused ? error.problems.map(({ fact }) => fact) : [];
        const rest = Object.entries(values).map(([name, value]) => [name, wrong.includes(name) ? (before[name] ?? null) : value] as const);
        const found = wrong.length ? await api.preview(stated(Object.fromEntries(rest)), shown).catch(() => null) : null;
        if (found && current) setPreview(found);
      }
    };
    const timer = setTimeout(() => void show(), TRY_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [values, shown, before, refused]);

  useEffect(() => {
    if (!dirty) return;
    const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", stay);
    return () => removeEventListener("beforeunload", stay);
  }, [dirty]);

  const change = (name: string, value: Json): void => {
    setNote(null);
    setValues((now) => ({ ...now, [name]: value }));
  };

  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const now = await api.save(stated(values), kept.version);
      setKept(now);
      setValues(valuesOf(now));
      setProblems([]);
      setNote("saved");
    } catch (error) {
      if (error instanceof Refused && error.code === "facts_stale") await meet();
      else refused(error);
    } finally {
      setBusy(false);
    }
  };

  /** Take what others saved, and keep what this person changed. */
  const meet = async (): Promise<void> => {
    const now = await api.facts();
    const theirs = valuesOf(now);
    const mine = Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]));
    setKept(now);
    setValues({ ...theirs, ...Object.fromEntries(mine) });
    setNote("changed_elsewhere");
  };

  const form = useRef<HTMLFormElement>(null);
  const go = (fact: string): void => {
    const row = form.current?.querySelector<HTMLElement>(`[data-fact="${fact}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.querySelector<HTMLElement>("input, select, button")?.focus({ preventScroll: true });
  };

  return (
    <main class="facts">
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const [wrong] = problems;
          if (wrong) go(wrong.fact);
          else void save();
        }}
      >
        {groupsOf(kept.fields).map(([group, fields]) => (
          <fieldset key={group} class="group">
            <legend>{say(`facts.group.${group}`)}</legend>
            {fields.map((field) => (
              <Row key={field.name} field={field} value={values[field.name] ?? null} problem={problems.find(({ fact }) => fact === field.name)} change={change} />
            ))}
          </fieldset>
        ))}
        <div class="bottom">
          <p class={`note ${note ?? ""}`} role="status">
            {note === "failed" ? say("widget.error") : note ? say(`facts.${note}`) : dirty ? say("facts.unsaved") : ""}
          </p>
          {dirty ? (
            <button type="button" class="quiet" onClick={() => setValues(before)}>
              {say("facts.discard")}
            </button>
          ) : null}
          <button type="submit" class="main" disabled={busy || !dirty}>
            {say("facts.save")}
          </button>
        </div>
      </form>
      <PreviewPanel preview={preview} language={shown} choose={setShown} go={go} />
    </main>
  );
}

interface RowProps {
  readonly field: Field;
  readonly value: Json;
  readonly problem: Problem | undefined;
  readonly change: (name: string, value: Json) => void;
}

function Row({ field, value, problem, change }: RowProps): JSX.Element {
  const { say } = useWords();
  const id = `fact-${field.name}`;
  const told = problem ? say(`facts.error.${problem.code}`, { value: problem.value ?? "", example: "4.90", max: MAX_CHARS }) : field.fixed ? say("facts.fixed") : "";
  const label = say(`facts.name.${field.name}`);
  const grouped = field.kind === "flag" || (field.kind === "opening_hours" && typeof value !== "string");
  return (
    <div class={problem ? "row is-wrong" : "row"} data-fact={field.name}>
      {grouped ? (
        <span class="label" id={`${id}-label`}>
          {label}
        </span>
      ) : (
        <label class="label" for={id}>
          {label}
        </label>
      )}
      <div class="input">
        <FactInput field={field} id={id} value={value} described={told ? `${id}-told` : ""} invalid={Boolean(problem)} change={(next) => change(field.name, next)} />
        {told ? (
          <p class="told" id={`${id}-told`}>
            {told}
          </p>
        ) : null}
      </div>
    </div>
  );
}

function valuesOf({ fields }: Shown): FactValues {
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

function stated(values: FactValues): FactValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function groupsOf(fields: readonly Field[]): readonly (readonly [string, readonly Field[]])[] {
  const groups = new Map<string, Field[]>();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return [...groups];
}
