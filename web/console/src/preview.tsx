/** What the facts make of the answers: how many are whole, what is missing, and how each reads in a language. */

import type { JSX } from "preact";
import type { Answer, Coverage, Preview } from "./api";
import { useWords } from "./words";

interface Props {
  readonly preview: Preview | null;
  readonly language: string;
  readonly choose: (language: string) => void;
  readonly go: (fact: string) => void;
}

export function PreviewPanel({ preview, language, choose, go }: Props): JSX.Element {
  const { say, languages } = useWords();
  const changed = preview?.answers.filter(isChanged) ?? [];
  const direction = languages.find(({ code }) => code === language)?.direction ?? "ltr";
  return (
    <aside class="preview" aria-labelledby="preview-title">
      {preview ? <CoverageBar coverage={preview.coverage} language={language} go={go} /> : null}
      <div class="preview-head">
        <h2 id="preview-title">{say("facts.preview.title")}</h2>
        <select aria-label={say("facts.preview.language")} value={language} onChange={(event) => choose(event.currentTarget.value)}>
          {languages.map(({ code, name, direction: way }) => (
            <option key={code} value={code} lang={code} dir={way}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {changed.length ? (
        <p class="changed" role="status">
          {say("facts.preview.changed", { count: changed.length })}
        </p>
      ) : null}
      <div class="answers" lang={language} dir={direction} tabIndex={0} role="group" aria-labelledby="preview-title">
        {sorted(preview?.answers ?? []).map((answer) => (
          <AnswerCard key={answer.entry_id} answer={answer} />
        ))}
      </div>
    </aside>
  );
}

const isChanged = (answer: Answer): boolean => answer.answer !== answer.before;

function sorted(answers: readonly Answer[]): readonly Answer[] {
  return [...answers.filter(isChanged), ...answers.filter((answer) => !isChanged(answer))];
}

function AnswerCard({ answer }: { readonly answer: Answer }): JSX.Element {
  const { say, language } = useWords();
  const changed = isChanged(answer);
  return (
    <article class={changed ? "answer is-changed" : "answer"}>
      <h3>{answer.title}</h3>
      {answer.answer ? (
        <p>{answer.answer}</p>
      ) : (
        <p class="none" lang={language} dir="auto">
          {say("facts.preview.none")}
        </p>
      )}
      {changed && answer.before ? (
        <details>
          <summary lang={language}>{say("facts.preview.before")}</summary>
          <p>{answer.before}</p>
        </details>
      ) : null}
    </article>
  );
}

function CoverageBar({ coverage, language, go }: { readonly coverage: Coverage; readonly language: string; readonly go: (fact: string) => void }): JSX.Element | null {
  const { say } = useWords();
  const row = coverage.languages[language];
  if (!row) return null;
  const silent = row.silent + row.absent;
  const parts = [
    ["whole", row.whole],
    ["shortened", row.shortened],
    ["silent", silent],
  ] as const;
  const missing = Object.keys(coverage.gaps);
  return (
    <section class="coverage" aria-labelledby="coverage-title">
      <h2 id="coverage-title">{say("facts.coverage.title")}</h2>
      <div class="bar" aria-hidden="true">
        {parts.map(([name, count]) => (count ? <span key={name} class={name} style={{ flexGrow: count }} /> : null))}
      </div>
      <ul class="legend">
        {parts.map(([name, count]) =>
          count ? (
            <li key={name} class={name}>
              {say(`facts.coverage.${name}`, { count })}
            </li>
          ) : null,
        )}
      </ul>
      {missing.length ? (
        <>
          <h3 class="missing-title">{say("facts.coverage.missing")}</h3>
          <ul class="chips links">
            {missing.map((fact) => (
              <li key={fact}>
                <button type="button" onClick={() => go(fact)}>
                  {say(`facts.name.${fact}`)}
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
}
