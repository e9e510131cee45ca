/** The staff console; so far one page, the facts of the shop, behind the access key. */

import { render, type JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { icon, ICONS } from "../../widget/src/dom";
import { api, Refused, token, type Shown, type Strings } from "./api";
import { FactsPage } from "./facts";
import { useWords, WordsContext, wordsOf } from "./words";

const REMEMBERED = "storecast-console:language";

const wanted = (): string =>
  new URLSearchParams(location.search).get("language") ?? localStorage.getItem(REMEMBERED) ?? navigator.language;

function Console(): JSX.Element | null {
  const [strings, setStrings] = useState<Strings | null>(null);
  const [language, setLanguage] = useState(wanted);
  useEffect(() => {
    api.strings(language).then((found) => {
      document.documentElement.lang = found.language;
      document.documentElement.dir = found.direction;
      setStrings(found);
    }, console.error);
  }, [language]);
  if (!strings) return null;
  const words = wordsOf(strings);
  document.title = `${words.say("facts.title")} · Storecast`;
  const choose = (code: string): void => {
    localStorage.setItem(REMEMBERED, code);
    setLanguage(code);
  };
  return (
    <WordsContext.Provider value={words}>
      <Door choose={choose} />
    </WordsContext.Provider>
  );
}

/** Asks for the access key until the server takes it. */
function Door({ choose }: { readonly choose: (code: string) => void }): JSX.Element {
  const [facts, setFacts] = useState<Shown | null>(null);
  const [state, setState] = useState<"looking" | "closed" | "wrong" | "failed">(token.read() ? "looking" : "closed");
  const signOut = useCallback(() => {
    token.forget();
    setFacts(null);
    setState("closed");
  }, []);
  const enter = useCallback(() => {
    setState("looking");
    api.facts().then(setFacts, (error: unknown) => {
      const wrong = error instanceof Refused && [401, 403, 429].includes(error.status);
      if (wrong) token.forget();
      setState(wrong ? "wrong" : "failed");
    });
  }, []);
  useEffect(() => {
    if (token.read()) enter();
  }, [enter]);
  return (
    <>
      <Head choose={choose} languages={facts?.coverage ? Object.keys(facts.coverage.languages).length : null} signOut={facts ? signOut : null} />
      {facts ? <FactsPage start={facts} signOut={signOut} /> : state === "looking" ? null : <SignIn state={state} enter={enter} />}
    </>
  );
}

function Head({ choose, languages: count, signOut }: { readonly choose: (code: string) => void; readonly languages: number | null; readonly signOut: (() => void) | null }): JSX.Element {
  const { say, language, languages } = useWords();
  return (
    <header class="head">
      <div class="top">
        <span class="brand" ref={(place) => void (place && !place.firstElementChild && place.prepend(icon(ICONS.mark, "icon mark")))}>
          Storecast
        </span>
        <select aria-label={say("widget.language")} value={language} onChange={(event) => choose(event.currentTarget.value)}>
          {languages.map(({ code, name, direction }) => (
            <option key={code} value={code} lang={code} dir={direction}>
              {name}
            </option>
          ))}
        </select>
        {signOut ? (
          <button type="button" class="quiet" onClick={signOut}>
            {say("facts.sign_out")}
          </button>
        ) : null}
      </div>
      <h1>{say("facts.title")}</h1>
      <p class="lead">{say("facts.intro", { languages: count ?? languages.length })}</p>
    </header>
  );
}

function SignIn({ state, enter }: { readonly state: "closed" | "wrong" | "failed"; readonly enter: () => void }): JSX.Element {
  const { say } = useWords();
  const [typed, setTyped] = useState("");
  const told = state === "wrong" ? say("facts.wrong_token") : state === "failed" ? say("widget.error") : say("facts.token_hint");
  return (
    <main class="door">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          token.keep(typed.trim());
          enter();
        }}
      >
        <label class="label" for="token">
          {say("facts.token")}
        </label>
        <input id="token" type="password" dir="ltr" autoComplete="current-password" required value={typed} aria-describedby="token-told" aria-invalid={state === "wrong"} onInput={(event) => setTyped(event.currentTarget.value)} />
        <p id="token-told" class={state === "closed" ? "told plain" : "told"} role={state === "closed" ? undefined : "alert"}>
          {told}
        </p>
        <button type="submit" class="main">
          {say("facts.sign_in")}
        </button>
      </form>
    </main>
  );
}

const page = document.getElementById("page");
if (page) {
  page.removeAttribute("aria-busy");
  render(<Console />, page);
}
