/** How the page looks. Its hash is in the policy of the page, so that no other style is applied. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1c2430; --faint: #5d6878; --paper: #f6f7f9; --card: #fff; --edge: #dde2e9;
  --good: #177245; --notice: #8a5a00; --bad: #b3261e; --first: #1f6feb; --second: #b0569f; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e9f0; --faint: #98a4b5; --paper: #10151c; --card: #181f29; --edge: #2b3542;
    --good: #58c78a; --notice: #e0b050; --bad: #ff8a80; --first: #6ea8fe; --second: #dd9ad0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.4rem; } h2 { margin: 0 0 .5rem; font-size: 1.05rem; }
header, footer { color: var(--faint); } h1 { color: var(--text); }
section { margin-top: 1rem; padding: 1rem 1.2rem; background: var(--card); border: 1px solid var(--edge); border-radius: .6rem;
  overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; color: var(--faint); font-size: .85rem; }
th, td { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--edge); vertical-align: middle; }
tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.picture { width: 250px; } td.name { font-weight: 600; overflow-wrap: anywhere; } td p { font-weight: 400; }
td.rule { font-weight: 600; white-space: nowrap; }
th { white-space: nowrap; } .first { color: var(--first); } .second { color: var(--second); }
p { margin: .2rem 0; }
.good { color: var(--good); } .notice { color: var(--notice); } .bad { color: var(--bad); } .faint { color: var(--faint); }
svg { display: block; max-width: 100%; }
path { fill: none; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.ground { stroke: var(--edge); stroke-width: 1; } .line-0 { stroke: var(--first); } .line-1 { stroke: var(--second); }
footer { margin-top: 1rem; font-size: .85rem; } a { color: var(--first); }
@media print { body { background: #fff; } section { break-inside: avoid; } }
`;
