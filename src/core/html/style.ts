/** The style sheet of a report. Colours are named once, for light and for dark; text has at least 4.5 to 1 against what is behind it. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f5f7f9; --ink: #17202a; --muted: #55626f; --rule: #dde3e8; --track: #eaeef2;
  --a: #1a619e; --b: #c9751a; --c: #7d8a97; --d: #6494c2; --soft: #1a619e26; --box: #1a619e;
  --good: #3f9b6c; --notice: #b7791f; --bad: #c43d3d; --busy: #7a5bb5;
  --good-ink: #24704a; --notice-ink: #8a5a10; --bad-ink: #b02a2a; --busy-ink: #6443a6;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #12171c; --raised: #1b2229; --ink: #e8edf1; --muted: #a3b0bc; --rule: #2e3841; --track: #232c34;
    --a: #5aa9e6; --b: #e5a04b; --c: #7e8b97; --d: #42739d; --soft: #5aa9e633; --box: #5aa9e6;
    --good: #4fae7f; --notice: #d9a441; --bad: #e36a6a; --busy: #a58adb;
    --good-ink: #6fcb9d; --notice-ink: #e0b565; --bad-ink: #f08a8a; --busy-ink: #bda7ea;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 1160px; padding: 40px 40px 64px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
.brand { margin: 0; color: var(--muted); font-size: 13px; letter-spacing: .04em; text-transform: uppercase; }
h1 { margin: 4px 0 0; font-size: 30px; line-height: 1.2; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 16px; font-size: 20px; line-height: 1.3; font-weight: 650; }
h3 { margin: 32px 0 8px; font-size: 16px; font-weight: 650; overflow-wrap: anywhere; }
h3 small { font-weight: 400; color: var(--muted); font-size: 13px; }
section { margin-top: 40px; padding-top: 28px; border-top: 1px solid var(--rule); }
nav ul { list-style: none; margin: 18px 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 6px 20px; }
a { color: var(--a); text-underline-offset: 3px; }
.none, .says, footer { color: var(--muted); }
footer { margin-top: 48px; padding-top: 12px; border-top: 1px solid var(--rule); font-size: 13px; }
.missing { margin-top: 16px; padding: 10px 16px; border-left: 3px solid var(--notice); background: var(--raised); }
.missing p, .missing ul { margin: 0; } .missing ul { padding-left: 20px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 16px 24px; margin: 0 0 20px; }
.figures div { border-left: 2px solid var(--rule); padding-left: 12px; display: flex; flex-direction: column; }
.figures dd { margin: 0; font-size: 26px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures dt { color: var(--muted); font-size: 13px; }
.figures.small dd { font-size: 20px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 0 32px; margin: 0; font-size: 13px; }
.facts div { display: flex; justify-content: space-between; gap: 16px; padding: 5px 0; border-bottom: 1px solid var(--rule); }
.facts dt { color: var(--muted); font-size: 11.5px; font-weight: 600; letter-spacing: .03em; padding-top: 1px; }
.facts dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
figure { margin: 0 0 20px; }
figcaption { margin-bottom: 10px; font-weight: 600; font-size: 14px; overflow-wrap: anywhere; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 4px 0 0; padding: 0; font-weight: 400; font-size: 13px; color: var(--muted); }
.legend svg { width: 10px; height: 10px; margin-right: 6px; }
figure > svg { display: none; width: 100%; height: auto; overflow: visible; }
.wide > .w1080 { display: block; } .part > .w660 { display: block; }
.pair { display: grid; grid-template-columns: minmax(0, 660px) minmax(0, 1fr); gap: 16px 40px; align-items: start; }
.scroll { overflow-x: auto; margin: 0 0 20px; }
.scroll:focus-visible { outline: 2px solid var(--a); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 1.4; }
caption { text-align: left; padding: 0 0 6px; color: var(--muted); }
th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-weight: 600; font-size: 11.5px; letter-spacing: .03em; color: var(--muted); white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 400; }
td { overflow-wrap: break-word; max-width: 26em; font-variant-numeric: tabular-nums; }
.num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.time { white-space: nowrap; }
.tone-good { color: var(--good-ink); } .tone-notice { color: var(--notice-ink); } .tone-bad { color: var(--bad-ink); }
.tone-busy { color: var(--busy-ink); } .tone-faint { color: var(--muted); }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--ink); }
svg .label { fill: var(--muted); } svg .value { font-variant-numeric: tabular-nums; }
.grid { stroke: var(--rule); stroke-width: 1; } .axis { stroke: var(--muted); stroke-width: 1; }
.track { fill: var(--track); }
.a { fill: var(--a); } .b { fill: var(--b); } .c { fill: var(--c); } .d { fill: var(--d); } .soft { fill: var(--soft); }
.good { fill: var(--good); } .bad, .error { fill: var(--bad); } .warn { fill: var(--notice); } .note { fill: var(--busy); } .chat { fill: var(--c); }
.outage { fill: var(--bad); opacity: .18; }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round; }
.line.a { stroke: var(--a); } .line.b { stroke: var(--b); }
.box { fill: var(--box); stroke: var(--paper); stroke-width: 1; }
.box1 { fill-opacity: .10; } .box2 { fill-opacity: .17; } .box3 { fill-opacity: .24; } .box4 { fill-opacity: .31; }
.box5 { fill-opacity: .38; } .box6, .box7, .box8 { fill-opacity: .45; }
@media (max-width: 1120px) {
  .wide > .w1080 { display: none; } .wide > .w660 { display: block; }
  .pair { grid-template-columns: minmax(0, 1fr); }
}
@media screen and (max-width: 620px) {
  body { padding: 24px 20px 40px; }
  h1 { font-size: 24px; }
  figure > .w660, .wide > .w660, .wide > .w1080 { display: none; }
  figure > .w340, .wide > .w340 { display: block; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .figures dd { font-size: 22px; }
}
@media print {
  @page { size: A4; margin: 14mm 12mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  section { margin-top: 18pt; padding-top: 12pt; }
  h2, h3, figcaption, caption { break-after: avoid; }
  figure, tr, .figures { break-inside: avoid; }
  thead { display: table-header-group; break-after: avoid; }
  tbody tr:first-child { break-before: avoid; }
  .scroll { overflow: visible; }
  .pair { display: block; }
  .wide > .w1080 { display: none; } .wide > .w660 { display: block; }
  table { font-size: 7.5pt; }
  thead th { font-size: 6.5pt; white-space: normal; overflow-wrap: normal; }
  th, td { padding: 2pt 6pt 2pt 0; }
  td { overflow-wrap: anywhere; }
  .time { white-space: normal; }
  svg, .track, rect, path { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
