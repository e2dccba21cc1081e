import type { Numerals } from '../output/units.ts';
import type { AnyRow } from '../record/table.ts';
import { Markup, markup } from './markup.ts';
import { STYLE } from './style.ts';
import { policyFor } from './style-policy.ts';

export interface Page {
  readonly title: string;
  readonly sections: readonly { readonly title: string; readonly body: Markup }[];
  /** Gap records: what is missing. */
  readonly gaps: readonly AnyRow[];
  readonly numerals: Numerals;
}

/** How every report begins: by this it is known again. */
export const PAGE_START =
  '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="generator" content="netwatch">\n';

const POLICY = policyFor(STYLE);

/** A whole report. The same records make the same bytes. */
export function pageOf({ title, sections, gaps, numerals }: Page): string {
  const contents = sections.map(({ title: name }, index) => markup`<li><a href="#s${index + 1}">${name}</a></li>\n`);
  const body = sections.map(
    ({ title: name, body: content }, index) => markup`<section aria-labelledby="s${index + 1}">
<h2 id="s${index + 1}">${name}</h2>
${content}</section>
`,
  );
  const page = markup`<meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – netwatch</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<p class="brand">netwatch report</p>
<h1>${title}</h1>
${missing(gaps, numerals)}${sections.length > 1 ? markup`<nav aria-label="Contents"><ul>\n${contents}</ul></nav>\n` : null}</header>
<main>
${sections.length === 0 ? markup`<p class="none">There are no records.</p>\n` : body}</main>
<footer><p>Times are UTC; ${'–'} stands for what is not known. Bytes are counted in powers of 1000.</p></footer>
</body>
</html>
`;
  return PAGE_START + page.text;
}

function missing(gaps: readonly AnyRow[], numerals: Numerals): Markup | null {
  if (gaps.length === 0) return null;
  const reasons = gaps.map(({ dropped, reason }) => {
    const count = typeof dropped === 'number' ? `${numerals(dropped, 0)} ` : '';
    return markup`<li>${count}${String(reason)}</li>\n`;
  });
  return markup`<div class="missing" role="note"><p>Not everything is in this report:</p><ul>\n${reasons}</ul></div>\n`;
}
