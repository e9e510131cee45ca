/** One input a kind of fact. Every input holds JSON as the server keeps it; what is typed wrongly stays typed. */

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Field, Json } from "./api";
import { countries, currencies, DAYS, useWords, weekdays } from "./words";

interface Props {
  readonly field: Field;
  readonly id: string;
  readonly value: Json;
  readonly described: string;
  readonly invalid: boolean;
  readonly change: (value: Json) => void;
}

export function FactInput(props: Props): JSX.Element {
  switch (props.field.kind) {
    case "number":
      return <NumberInput {...props} />;
    case "amount":
      return <NumberInput {...props} decimals />;
    case "flag":
      return <FlagInput {...props} />;
    case "countries":
      return <CountriesInput {...props} />;
    case "list":
      return <ListInput {...props} />;
    case "opening_hours":
      return <HoursInput {...props} />;
    case "currency":
    case "language":
      return <ChoiceInput {...props} />;
    case "colour":
      return <ColourInput {...props} />;
    default:
      return <TextInput {...props} />;
  }
}

interface Common {
  readonly id: string;
  readonly disabled: boolean;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid": boolean;
}

function common({ id, described, invalid, field }: Props): Common {
  const told = described ? { "aria-describedby": described } : {};
  return { id, disabled: field.fixed, "aria-invalid": invalid, ...told };
}

function TextInput(props: Props): JSX.Element {
  const type = props.field.kind === "email" ? "email" : props.field.kind === "url" ? "url" : "text";
  const foreign = type !== "text";
  return (
    <input
      {...common(props)}
      type={type}
      dir={foreign ? "ltr" : "auto"}
      value={(props.value as string | null) ?? ""}
      placeholder={type === "email" ? "name@example.com" : type === "url" ? "https://" : ""}
      onInput={(event) => props.change(event.currentTarget.value || null)}
    />
  );
}

/** Digits only where a number is asked for; anything else goes to the server, which says what is wrong. */
function NumberInput({ decimals, ...props }: Props & { readonly decimals?: boolean }): JSX.Element {
  const { say } = useWords();
  const [typed, setTyped] = useState<string | null>(null);
  const known = props.value;
  const kept = decimals && typeof known === "number" && !Number.isInteger(known) ? known.toFixed(2) : String(known ?? "");
  const shown = typed ?? kept;
  const read = (text: string): Json => {
    const plain = text.trim().replace(",", ".");
    if (!plain) return null;
    return (decimals ? /^\d+(\.\d{1,3})?$/ : /^\d+$/).test(plain) ? Number(plain) : text;
  };
  return (
    <span class="with-unit">
      <input
        {...common(props)}
        class="short"
        type="text"
        dir="ltr"
        inputMode={decimals ? "decimal" : "numeric"}
        value={shown}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          props.change(read(event.currentTarget.value));
        }}
        onBlur={() => setTyped(null)}
      />
      {props.field.unit ? <span class="unit">{say(`facts.${props.field.unit}`)}</span> : null}
    </span>
  );
}

function FlagInput(props: Props): JSX.Element {
  const { say } = useWords();
  const choices: readonly (readonly [Json, string])[] = [
    [true, say("facts.stated_yes")],
    [false, say("facts.stated_no")],
    [null, say("facts.not_stated")],
  ];
  return (
    <div class="choices" role="radiogroup" aria-labelledby={`${props.id}-label`} id={props.id}>
      {choices.map(([value, label]) => (
        <label key={label}>
          <input
            type="radio"
            name={props.id}
            checked={props.value === value}
            disabled={props.field.fixed}
            onChange={() => props.change(value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </div>
  );
}

function ChoiceInput(props: Props): JSX.Element {
  const { language, languages, say } = useWords();
  const options = useMemo<readonly (readonly [string, string])[]>(
    () => (props.field.kind === "currency" ? currencies(language) : languages.map(({ code, name }) => [code, name])),
    [props.field.kind, language, languages],
  );
  return (
    <select {...common(props)} value={(props.value as string | null) ?? ""} onChange={(event) => props.change(event.currentTarget.value || null)}>
      <option value="">{say("facts.not_stated")}</option>
      {options.map(([code, name]) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </select>
  );
}

function ColourInput(props: Props): JSX.Element {
  const value = (props.value as string | null) ?? "#0B6B74";
  return (
    <span class="with-unit">
      <input {...common(props)} type="color" value={value.toLowerCase()} onInput={(event) => props.change(event.currentTarget.value)} />
      <code dir="ltr">{value.toUpperCase()}</code>
    </span>
  );
}

function Chips({ items, remove, label, fixed }: { items: readonly string[]; remove: (item: string) => void; label: (item: string) => string; fixed: boolean }): JSX.Element | null {
  const { say } = useWords();
  if (!items.length) return null;
  return (
    <ul class="chips">
      {items.map((item) => (
        <li key={item}>
          <bdi>{label(item)}</bdi>
          {fixed ? null : (
            <button type="button" aria-label={say("facts.remove", { value: label(item) })} onClick={() => remove(item)}>
              ×
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function CountriesInput(props: Props): JSX.Element {
  const { language } = useWords();
  const known = useMemo(() => countries(language), [language]);
  const chosen = (props.value as readonly string[] | null) ?? [];
  const set = (items: readonly string[]): void => props.change(items.length ? items : null);
  return (
    <>
      <Chips items={chosen} fixed={props.field.fixed} label={(code) => known.get(code) ?? code} remove={(code) => set(chosen.filter((each) => each !== code))} />
      <select
        {...common(props)}
        value=""
        onChange={(event) => {
          set([...chosen, event.currentTarget.value]);
          event.currentTarget.value = "";
        }}
      >
        <option value="">+</option>
        {[...known].filter(([code]) => !chosen.includes(code)).map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </>
  );
}

function ListInput(props: Props): JSX.Element {
  const { say } = useWords();
  const [typed, setTyped] = useState("");
  const items = (props.value as readonly string[] | null) ?? [];
  const set = (next: readonly string[]): void => props.change(next.length ? next : null);
  const add = (): void => {
    const parts = typed.split(/[,;،、，\n]/).map((part) => part.trim()).filter(Boolean);
    if (parts.length) set([...new Set([...items, ...parts])]);
    setTyped("");
  };
  return (
    <>
      <Chips items={items} fixed={props.field.fixed} label={(item) => item} remove={(item) => set(items.filter((each) => each !== item))} />
      <span class="with-unit">
        <input
          {...common(props)}
          type="text"
          dir="auto"
          value={typed}
          placeholder={say("facts.several")}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing) return;
            event.preventDefault();
            add();
          }}
          onBlur={add}
        />
        <button type="button" class="quiet" disabled={!typed.trim()} onClick={add}>
          {say("facts.add")}
        </button>
      </span>
    </>
  );
}

interface Hours {
  readonly days: readonly string[];
  readonly open: string;
  readonly close: string;
  readonly timezone: string;
}

/** Days next to one another are kept as the first and the last, as the server words them. */
function asKept(days: readonly string[]): readonly string[] {
  const places = days.map((day) => DAYS.indexOf(day as (typeof DAYS)[number]));
  const together = places.every((place, index) => !index || place === (places[index - 1] ?? 0) + 1);
  return days.length > 2 && together ? [days[0] ?? "", days.at(-1) ?? ""] : days;
}

function asShown(days: readonly string[]): readonly string[] {
  if (days.length !== 2) return days;
  const [first, last] = days.map((day) => DAYS.indexOf(day as (typeof DAYS)[number])) as [number, number];
  return first <= last ? DAYS.slice(first, last + 1) : [...DAYS.slice(first), ...DAYS.slice(0, last + 1)];
}

function HoursInput(props: Props): JSX.Element {
  const { language, say } = useWords();
  const zones = useMemo(() => [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC"])], []);
  if (typeof props.value === "string") return <TextInput {...props} />;
  const known = props.value as unknown as Hours | null;
  const blank: Hours = { days: ["mon", "fri"], open: "09:00", close: "18:00", timezone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const hours = known ?? { ...blank, days: [] };
  const days = asShown(hours.days);
  const set = (change: Partial<Hours>): void => {
    const next = { ...blank, ...(known ?? {}), ...change };
    props.change(next.days.length ? (next as unknown as Json) : null);
  };
  const names = weekdays(language);
  const fixed = props.field.fixed;
  return (
    <div id={props.id} role="group" aria-labelledby={`${props.id}-label`} aria-describedby={props.described}>
      <div class="choices days" role="group" aria-label={say("facts.weekdays")}>
        {DAYS.map((day, index) => (
          <label key={day}>
            <input
              type="checkbox"
              disabled={fixed}
              checked={days.includes(day)}
              onChange={() => {
                const next = DAYS.filter((each) => (each === day ? !days.includes(day) : days.includes(each)));
                set({ days: asKept(next) });
              }}
            />
            <span>{names[index]}</span>
          </label>
        ))}
      </div>
      {known ? (
        <div class="times">
          <div>
            <label for={`${props.id}-open`}>{say("facts.open")}</label>
            <input id={`${props.id}-open`} type="time" value={hours.open} disabled={fixed} onInput={(event) => set({ open: event.currentTarget.value })} />
          </div>
          <div>
            <label for={`${props.id}-close`}>{say("facts.close")}</label>
            <input id={`${props.id}-close`} type="time" value={hours.close} disabled={fixed} onInput={(event) => set({ close: event.currentTarget.value })} />
          </div>
          <div class="zone">
            <label for={`${props.id}-zone`}>{say("facts.timezone")}</label>
            <select id={`${props.id}-zone`} value={hours.timezone} disabled={fixed} dir="ltr" onChange={(event) => set({ timezone: event.currentTarget.value })}>
              {zones.map((zone) => (
                <option key={zone} value={zone}>
                  {zone.replaceAll("_", " ")}
                </option>
              ))}
            </select>
          </div>
        </div>
      ) : null}
    </div>
  );
}
